WPARS_ROOT=wpars2 fake-wpar lswpar --json
WPARS_ROOT=wpars2 fake-wpar lswpar --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(len(d), d[0]["networks"][1]["address"])'
WPARS_ROOT=$TMPDIR fake-wpar lswpar --json
