#!/usr/bin/env bash
# Insight 4: Gemma 2 2B on underrepresented languages. Which ones the original took is inferred from the list of languages of
# its exporter. FLORES+ has wuu_Hans in dev only.
# Options go on and win, paths in them from the project's folder: run_gemma_underrepresented_langs.sh --device cuda:1. A run that was interrupted goes
# on; a finished one is left as it is. Another split or number of texts is another run: give it an --out-dir of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
npx vscore compute --resume --model gemma-2b --layers 0,2,5,10,15,20 --split dev --n-texts-per-lang 100 \
  --languages kas_Arab,wuu_Hans,azb_Arab,nus_Latn \
  --out-dir v_score_runs/run_insight_4 "$@"
