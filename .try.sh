#!/bin/bash
# usage: .try.sh FILTER
cd /work/h/postgres
swift build --build-tests --disable-xctest --package-path .focus --scratch-path .build-focus > /tmp/pg_build.log 2>&1 || { grep -E 'error: |warning: ' /tmp/pg_build.log | grep '^/' | sort -u | sed 's#/work/h/postgres/.focus/##' | head -40; exit 1; }
grep -E 'warning: ' /tmp/pg_build.log | grep '^/' | sort -u | head
timeout 300 swift test --skip-build --disable-xctest --package-path .focus --scratch-path .build-focus --filter "$1" > /tmp/pg_test.log 2>&1
tail -3 /tmp/pg_test.log
