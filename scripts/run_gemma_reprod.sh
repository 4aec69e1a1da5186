#!/usr/bin/env bash
# Figure 1 of the paper: Gemma 2 2B, its ten languages. The published run of that figure had Kashmiri in place of Arabic:
# add --languages published --out-dir v_score_runs/run_reprod_fig_1_published for that one.
# Options go on and win, paths in them from the project's folder: run_gemma_reprod.sh --device cuda:1. A run that was interrupted goes
# on; a finished one is left as it is. Another split or number of texts is another run: give it an --out-dir of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
npx vscore compute --resume --model gemma-2b --layers 0,2,5,10,15,20 --split dev --n-texts-per-lang 100 \
  --languages eng_Latn,spa_Latn,fra_Latn,jpn_Jpan,kor_Hang,por_Latn,tha_Thai,vie_Latn,cmn_Hans,arb_Arab \
  --out-dir v_score_runs/run_reprod_fig_1 "$@"
