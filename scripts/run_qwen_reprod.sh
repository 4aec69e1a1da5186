#!/usr/bin/env bash
# Figure 1 with Qwen3 0.6B: MLP transcoders, read at the MLP input as their metadata says. The companion repositories read
# them at the output of the block: add --hook block-output --out-dir v_score_runs/qwen_run_block_output for that.
# Options go on: run_qwen_reprod.sh --split devtest. A run that was interrupted goes on; a finished one is left as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
npx vscore compute --resume --model qwen3-0.6b --layers 0,2,5,10,15,20 --split dev --n-texts-per-lang 100 \
  --languages eng_Latn,spa_Latn,fra_Latn,jpn_Jpan,kor_Hang,por_Latn,tha_Thai,vie_Latn,cmn_Hans,arb_Arab \
  --out-dir v_score_runs/qwen_run_reprod_fig_1 "$@"
