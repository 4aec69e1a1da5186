#!/usr/bin/env bash
# Figure 1 with Qwen3 0.6B: MLP transcoders, read at the MLP input as their metadata says. The companion repositories read
# them at the output of the block: add --hook block-output --out-dir v_score_runs/qwen_run_block_output for that.
# Options go on and win, paths in them from the project's folder: run_qwen_reprod.sh --device cuda:1. A run that was interrupted goes
# on; a finished one is left as it is. Another split or number of texts is another run: give it an --out-dir of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
npx vscore compute --resume --model qwen3-0.6b --layers 0,2,5,10,15,20 --split dev --n-texts-per-lang 100 \
  --languages eng_Latn,spa_Latn,fra_Latn,jpn_Jpan,kor_Hang,por_Latn,tha_Thai,vie_Latn,cmn_Hans,arb_Arab \
  --out-dir v_score_runs/qwen_run_reprod_fig_1 "$@"
