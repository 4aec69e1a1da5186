#!/usr/bin/env bash
# Insight 2: Gemma 2 2B on four similar languages.
# Options go on and win, paths in them from the project's folder: run_gemma_similar_langs.sh --device cuda:1. A run that was interrupted goes
# on; a finished one is left as it is. Another split or number of texts is another run: give it an --out-dir of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
npx vscore compute --resume --model gemma-2b --layers 0,2,5,10,15,20 --split dev --n-texts-per-lang 100 \
  --languages spa_Latn,por_Latn,glg_Latn,cat_Latn \
  --out-dir v_score_runs/run_insight_2 "$@"
