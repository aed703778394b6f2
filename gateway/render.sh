#!/bin/sh
# render.sh TEMPLATE: the template with every ${NAME} replaced by the environment's NAME. What is not all upper case in
# braces stays. Fails, naming it, when a NAME is not set.
set -eu

script=
for name in $(grep -o '\${[A-Z][A-Z0-9_]*}' "$1" | tr -d '${}' | sort -u); do
  if ! value=$(printenv "$name"); then
    echo "render.sh: $name is not set, and $1 needs it" >&2
    exit 1
  fi
  value=$(printf '%s' "$value" | sed 's/[\\&|]/\\&/g')
  script="$script
s|\${$name}|$value|g"
done
exec sed "$script" "$1"
