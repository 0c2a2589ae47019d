#!/bin/sh
# run-tutorials.sh PROGRAM…: runs every chapter, though one before it failed, and at the end names those that failed.
# A shell, because CMake's own execute_process puts a pipe between the program and the terminal.
failed=
for program; do
  echo
  "$program" || failed="$failed $(basename "$program")"
done
if [ -n "$failed" ]; then
  echo "chapters that failed:$failed" >&2
  exit 1
fi
