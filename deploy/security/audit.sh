#!/bin/sh
# Asks the public register of known holes about every pinned version. Needs the network, and says so without it.
set -eu
cd "$(dirname "$0")/../.."
tool=${PIP_AUDIT:-pip-audit}
if ! command -v "$tool" >/dev/null 2>&1; then
  echo "pip-audit is not installed here. Install it apart from the product (pipx install pip-audit), or name it: PIP_AUDIT=/path make audit" >&2
  exit 2
fi
status=0
found=$("$tool" --requirement deploy/requirements/runtime.txt --require-hashes --disable-pip 2>&1) || status=$?
printf '%s\n' "$found"
case $found in
  *onnection*|*esolve*host*|*imed*out*|*ame*resolution*)
    echo "The register of known holes could not be reached, so nothing is known. This was no audit." >&2
    exit 2 ;;
esac
exit "$status"
