#!/usr/bin/env bash
# What a GPU has to show, in one go of at most 8 minutes: the cases, the throughput, a study side by side, and the six arms of
# `batchnorm` at the 25 epochs of the course. With --dry the same lines run in their smallest form, on the processor too.
#   benchmarks/device.sh [--dry] [FOLDER]     into FOLDER (device): device.log, the study's folder
# PYTHON names the interpreter, else the one of .venv; STRIATE_DATA the folder of CIFAR-10.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dry=()
[ "${1-}" = --dry ] && { dry=(--dry); shift; }
folder=${1:-device}
python=${PYTHON:-.venv/bin/python}
export PYTHONPATH=src${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1
mkdir -p "$folder"
study=(--data cifar10 --epochs 25 --set train_images=15000 --seeds 1 --workers 8)
[ ${#dry[@]} = 0 ] || study=(--data digits --epochs 1 --set train_images=200 --seeds 1 --workers 2)

all() {
    date -u
    command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
    "$python" -m striate doctor
    for part in cases throughput studies; do
        timeout 150 "$python" benchmarks/bench_device.py "$part" "${dry[@]}" || echo "$part ended with $?"
    done
    timeout 240 "$python" -m striate study batchnorm "${study[@]}" --out "$folder/batchnorm" || echo "batchnorm ended with $?"
    date -u
}
all 2>&1 | tee "$folder/device.log"
! grep -q " ended with " "$folder/device.log"
