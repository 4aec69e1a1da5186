import type { WorkerNews } from "../engine/job-results.js";
import type { RunNews } from "../runs/meta.js";
import { visible } from "./escape.js";
import { workersText } from "./workers-text.js";

/** Between two plain lines where there is no terminal. */
const PLAIN_INTERVAL_MS = 3000;

/** Where progress goes: one live line on a terminal, plain lines elsewhere. */
export interface ProgressOutput {
  isTerminal: boolean;
  columns: number;
  write(text: string): void;
}

/** Shows a run's news as they come. `stop` leaves the cursor on a fresh line. */
export function showProgress(
  output: ProgressOutput,
  clock: () => number = () => performance.now(),
) {
  let lastPlain = Number.NEGATIVE_INFINITY;
  let lastPhase = "";
  let isLive = false;
  const line = (text: string) => {
    if (isLive) output.write("\r\u001b[K");
    isLive = false;
    output.write(`${text}\n`);
  };
  const live = (text: string) => {
    output.write(`\r\u001b[K${text.slice(0, Math.max(20, output.columns - 1))}`);
    isLive = true;
  };
  const finishedLine = (news: RunNews & { type: "language_finished" }) =>
    `${news.language} ${news.kept ? "was finished before" : "finished"}`;
  const isDue = () => clock() - lastPlain >= PLAIN_INTERVAL_MS;
  return {
    news(news: RunNews): void {
      switch (news.type) {
        case "phase":
          if (output.isTerminal) live(`${news.phase} …`);
          else if (news.phase !== lastPhase) line(`${news.phase} …`);
          lastPhase = news.phase;
          break;
        case "progress":
          if (output.isTerminal) live(progressText(news));
          else if (isDue()) {
            lastPlain = clock();
            line(progressText(news));
          }
          break;
        case "workers_ready":
          line(`computed${visible(workersText({ cluster: news }))}`);
          break;
        case "worker_lost":
        case "worker_joined":
          line(visible(workerText(news)));
          break;
        case "warning":
          line(`warning: ${visible(news.message)}`);
          break;
        case "language_finished":
          if (!output.isTerminal) line(finishedLine(news));
          break;
      }
    },
    stop(): void {
      if (isLive) output.write("\r\u001b[K");
      isLive = false;
    },
  };
}

/** Of a worker that is gone, what that means: another takes its place. Of one that comes, that it does. */
export function workerText(news: WorkerNews): string {
  if (news.type === "worker_joined") return `${news.worker} has come and takes part`;
  const { worker, reason, doing } = news;
  return `${worker} was lost${doing === "" ? "" : ` at ${doing}, which another does again`}: ${reason}`;
}

function progressText(news: RunNews & { type: "progress" }): string {
  const share = news.tokens === 0 ? 100 : Math.floor((100 * news.tokens_done) / news.tokens);
  const memory =
    news.device_memory_bytes === null
      ? ""
      : `  ${(news.device_memory_bytes / 2 ** 30).toFixed(1)} GiB`;
  const eta = news.eta_s === null ? "" : `  ${duration(news.eta_s)} left`;
  const speed = news.tokens_per_s === 0 ? "" : `  ${news.tokens_per_s} tokens/s`;
  return `extracting ${news.language}  ${share} % of tokens  ${news.texts_done}/${news.texts} texts${speed}${eta}${memory}`;
}

/** Seconds as people say them: 42 s, 3 min 5 s, 2 h 10 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
