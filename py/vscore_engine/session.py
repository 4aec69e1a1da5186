"""The jobs, and what stays loaded between them. Runs on the worker thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from vscore_engine.errors import EngineError
from vscore_engine.frames import Array, FrameSender, progress, result, to_json
from vscore_engine.modelless_jobs import MODELLESS_JOBS

if TYPE_CHECKING:
    from vscore_engine.dictionaries import Dictionary
    from vscore_engine.jobs import Job
    from vscore_engine.models import LoadedModel
    from vscore_engine.tokens import Tokenized, TokenizedText
    from vscore_engine.workers.session import RaySession


class Session:
    """A model, its dictionaries and the tokenized texts, for one job after the other."""

    def __init__(self, sender: FrameSender) -> None:
        self._sender = sender
        self._loaded: LoadedModel | None = None
        self._dictionaries: dict[int, Dictionary] = {}
        self._texts: dict[str, Tokenized] = {}
        # Of a tokenizer without its dictionaries: whether they were trained with BOS.
        self._with_bos = False
        # Where others have the model.
        self._elsewhere: RaySession | None = None

    def run(self, job: "Job") -> int:
        """Run a job to its end and return how many texts it sent. Raises for whatever fails."""
        jobs: dict[str, Callable[[Job], int]] = {
            "load": self._load,
            "load_tokenizer": self._load_tokenizer,
            "set_dtype": self._set_dtype,
            "keep_encoders": self._keep_encoders,
            "tokenize": self._tokenize,
            "randomise": self._randomise,
            "spell": self._spell,
            "extract": self._extract,
            "selfcheck": self._selfcheck,
            "fidelity": self._fidelity,
            "splice": self._splice,
            "find_hook": self._find_hook,
            "ablate": self._ablate,
        }
        job.check_cancelled()
        if job.name in MODELLESS_JOBS:
            return MODELLESS_JOBS[job.name](job, self._sender)
        if job.name == "use_ray":
            return self._use_ray(job)
        if self._elsewhere is not None:
            return self._elsewhere.run(job, self._sender)
        return jobs.get(job.name, self._steer)(job)

    def _use_ray(self, job: "Job") -> int:
        """From now on, what needs a model is done by workers on a Ray cluster."""
        from vscore_engine.workers.session import RaySession

        if self._elsewhere is not None and self._elsewhere.is_for(job):
            self._elsewhere.tell(self._sender)
            return 0
        if self._elsewhere is not None:
            self._elsewhere.close()
            self._elsewhere = None
        self._elsewhere = RaySession(job, self._sender)
        return 0

    def _load(self, job: "Job") -> int:
        # Dropped first: two models need not fit side by side.
        self._forget()
        progress(self._sender, "libraries", 0, 1)
        from vscore_engine.downloads import DownloadWatch
        from vscore_engine.loading import load

        with DownloadWatch(self._sender):
            self._loaded, self._dictionaries = load(job, self._sender)
        return 0

    def _load_tokenizer(self, job: "Job") -> int:
        """Only what texts are tokenized and spelled with: no job that reads them can follow."""
        self._forget()
        from vscore_engine.downloads import DownloadWatch
        from vscore_engine.loading import load_tokenizer_alone

        with DownloadWatch(self._sender):
            self._loaded = load_tokenizer_alone(job, self._sender)
        self._with_bos = bool(job.params["bos"])
        return 0

    def _forget(self) -> None:
        self._loaded, self._dictionaries, self._texts = None, {}, {}
        self._with_bos = False

    def _tokenize(self, job: "Job") -> int:
        import numpy as np

        from vscore_engine.loading import wants_bos
        from vscore_engine.tokens import SPECIAL_TOKEN, tokenize

        loaded = self._ready()
        language = str(job.params["language"])
        done = tokenize(
            loaded.tokenizer,
            job.params["texts"],
            self._with_bos or wants_bos(self._dictionaries),
            loaded.max_positions,
        )
        if job.params.get("deal_seed") is not None:
            from vscore_engine.dealing import deal

            done = deal(done, int(job.params["deal_seed"]), language)
        self._texts[language] = done
        first = [bool((text.role[:1] & SPECIAL_TOKEN).any()) for text in done.texts]
        plain = [int((text.role == 0).sum()) for text in done.texts]
        tensors: list[tuple[str, Array | bytes]] = [
            ("tokens", np.array([len(text.ids) for text in done.texts], dtype=np.uint32)),
            ("text_tokens", np.array(plain, dtype=np.uint32)),
            ("special_first", np.array(first, dtype=np.uint8)),
            ("json", to_json({"truncated": done.truncated})),
        ]
        self._sender.send("result", {"name": "tokenized"}, tensors)
        return 0

    def _set_dtype(self, job: "Job") -> int:
        from vscore_engine.precision import set_dtype

        set_dtype(job, self._ready(), self._dictionaries)
        return 0

    def _keep_encoders(self, job: "Job") -> int:
        """What follows only encodes: decoders are given back, and a second copy of the model."""
        from vscore_engine.devices import empty_caches

        del job
        loaded = self._ready()
        loaded.aside = None
        for dictionary in self._dictionaries.values():
            dictionary.keep_encoder()
        empty_caches(loaded.device)
        return 0

    def _randomise(self, job: "Job") -> int:
        from vscore_engine.random_dictionary import randomise_all

        randomise_all(job, self._ready(), self._dictionaries, self._texts, self._sender)
        return 0

    def _spell(self, job: "Job") -> int:
        from vscore_engine.tokens import spelling

        loaded, texts = self._ready(), self._tokenized(job)
        own = [texts[int(index)] for index in job.params["texts"]]
        self._sender.send("result", {"name": "spelling"}, spelling(loaded.tokenizer, own))
        return 0

    def _extract(self, job: "Job") -> int:
        from vscore_engine.devices import memory_in_use
        from vscore_engine.extract import Extraction, Shard
        from vscore_engine.stopwatch import Stopwatch

        loaded = self._ready()
        asked = job.params
        language = asked["language"]
        if language not in self._texts:
            raise EngineError("bug", f"{language} is not tokenized. `tokenize` comes first. Do so.")
        known = self._texts[language].texts
        missing = [layer for layer in asked["layers"] if layer not in self._dictionaries]
        if missing:
            raise EngineError("bug", f"Layers {missing} are not loaded. `load` comes first. Do so.")
        stopwatch = Stopwatch()
        work = Extraction(
            loaded,
            {layer: self._dictionaries[layer] for layer in asked["layers"]},
            self._sender,
            bool(asked["tokens"]),
            job.check_cancelled,
            stopwatch,
        )
        shards = [
            Shard(int(entry["shard"]), language, tuple(int(i) for i in entry["texts"]))
            for entry in asked["shards"]
        ]
        total = sum(len(shard.texts) for shard in shards)
        done = 0
        for shard in shards:
            if not shard.texts or not all(0 <= i < len(known) for i in shard.texts):
                raise EngineError(
                    "bug",
                    f"Shard {shard.number} of {language} has texts {list(shard.texts)[:5]}. "
                    f"Indices below {len(known)} were expected, at least one. Tokenize again.",
                )
            work.run(shard, [known[i] for i in shard.texts])
            done += len(shard.texts)
            progress(self._sender, "extract", done, total, memory_in_use(loaded.device))
        result(self._sender, "seconds", stopwatch.seconds)
        return done

    def _selfcheck(self, job: "Job") -> int:
        from vscore_engine.selfcheck import check

        loaded = self._ready()
        languages = job.params["languages"]
        missing = [language for language in languages if language not in self._texts]
        if missing:
            raise EngineError("bug", f"{missing} are not tokenized. `tokenize` comes first. Do so.")
        texts = {language: self._texts[language].texts for language in languages}
        layers = len(self._dictionaries)

        def on_layer(done: int) -> None:
            job.check_cancelled()
            progress(self._sender, "check of the layers", done, layers)

        result(self._sender, "selfcheck", check(loaded, self._dictionaries, texts, on_layer))
        return sum(len(own) for own in texts.values())

    def _fidelity(self, job: "Job") -> int:
        from vscore_engine.fidelity_jobs import measure_fidelity

        loaded, texts = self._ready(), self._tokenized(job)
        return measure_fidelity(job, loaded, self._dictionaries, texts, self._sender)

    def _splice(self, job: "Job") -> int:
        from vscore_engine.fidelity_jobs import measure_splices

        loaded, texts = self._ready(), self._tokenized(job)
        return measure_splices(job, loaded, self._dictionaries, texts, self._sender)

    def _find_hook(self, job: "Job") -> int:
        from vscore_engine.fidelity_jobs import search_hook

        loaded, texts = self._ready(), self._tokenized(job)
        entry = self._dictionaries[int(job.params["layer"])]
        return search_hook(job, loaded, entry, texts, self._sender)

    def _tokenized(self, job: "Job") -> "list[TokenizedText]":
        language = str(job.params["language"])
        if language not in self._texts:
            raise EngineError("bug", f"{language} is not tokenized. `tokenize` comes first. Do so.")
        return self._texts[language].texts

    def _ablate(self, job: "Job") -> int:
        from vscore_engine.ablate import ablate

        loaded, texts = self._ready(), self._tokenized(job)
        layer = job.params["layer"]
        if layer is not None and layer not in self._dictionaries:
            raise EngineError("bug", f"Layer {layer} is not loaded. `load` comes first. Do so.")
        dictionary = None if layer is None else self._dictionaries[layer]
        return ablate(job, loaded, dictionary, texts, self._sender)

    def _steer(self, job: "Job") -> int:
        from vscore_engine.steer_jobs import STEER_JOBS
        from vscore_engine.steer_settings import Bench

        if job.name not in STEER_JOBS:
            raise EngineError(
                "bug",
                f"There is no job {job.name!r}. One that this engine knows was expected. "
                "Install the two halves of vscore together.",
            )
        bench = Bench(job, self._ready(), self._dictionaries, self._texts, self._sender)
        return STEER_JOBS[job.name](bench)

    def _ready(self) -> "LoadedModel":
        if self._loaded is None:
            raise EngineError("bug", "No model is loaded. `load` comes first. Start that job.")
        return self._loaded
