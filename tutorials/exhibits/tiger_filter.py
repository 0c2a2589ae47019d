#!/usr/bin/env python3
"""The parameters of a trained recurrent filter of chapter 10, as tiger_filter.safetensors beside this script.

    build/bin/10-filtering-posterior --only learning --variant recurrent --hidden 16 --latent 4 --steps 6000 \\
        --checkpoint tiger.safetensors
    tutorials/exhibits/tiger_filter.py tiger.safetensors

Of the checkpoint the parameters are kept that were best in validation, in single precision, without the state of
training."""
import array
import json
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
KEPT = "copy/best/"


def main(checkpoint):
    data = pathlib.Path(checkpoint).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, numbers = json.loads(data[8:8 + length]), data[8 + length:]
    settings = header.pop("__metadata__")
    arrays, body = {}, b""
    for name in sorted(header):
        if not name.startswith(KEPT):
            continue
        begin, end = header[name]["data_offsets"]
        values = array.array("f", array.array("d", numbers[begin:end])).tobytes()
        assert len(values) == 4 * math.prod(header[name]["shape"])
        arrays["parameter/" + name.removeprefix(KEPT)] = {
            "dtype": "F32", "shape": header[name]["shape"], "data_offsets": [len(body), len(body) + len(values)]}
        body += values
    kept = {name: settings[name] for name in ("hidden", "latent", "model", "seed", "rate.steps")}
    text = json.dumps({"__metadata__": kept, **arrays}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / "tiger_filter.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + body)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.byteorder != "little":
        sys.exit(__doc__)
    main(sys.argv[1])
