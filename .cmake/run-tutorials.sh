#!/bin/sh
# run-tutorials.sh EMULATOR PROGRAM…: runs every chapter, though one before it failed, and at the end names those that
# failed. EMULATOR is what runs a program built for another machine, or empty.
# A shell, because CMake's own execute_process puts a pipe between the program and the terminal.
emulator=$1 failed=
shift
for program; do
  echo
  $emulator "$program" || failed="$failed $(basename "$program")"
done
if [ -n "$failed" ]; then
  echo "chapters that failed:$failed" >&2
  exit 1
fi
