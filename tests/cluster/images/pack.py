#!/usr/bin/env python3
"""Packs a root folder as a docker-archive image that `ctr images import`, kind and k3d take.

usage: pack.py NAME ROOT OUT COMMAND...
"""
import hashlib
import io
import json
import platform
import sys
import tarfile


def pack(name: str, root: str, out: str, command: list[str]) -> None:
    layer_file = io.BytesIO()
    with tarfile.open(fileobj=layer_file, mode="w") as layer:
        layer.add(root, arcname=".")
    layer_bytes = layer_file.getvalue()
    config = json.dumps({
        "architecture": {"aarch64": "arm64"}.get(platform.machine(), "amd64"),
        "os": "linux",
        "config": {"Cmd": command, "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer_bytes).hexdigest()]},
        "history": [{"created_by": "pack.py"}],
    }).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(out, "w") as archive:
        for file_name, data in ((config_name, config), ("layer.tar", layer_bytes), ("manifest.json", manifest)):
            info = tarfile.TarInfo(file_name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


if __name__ == "__main__":
    pack(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
