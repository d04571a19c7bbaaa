# migrwpar and lswparmigr: what their options need, and LPARs that do not answer.
fake=lpars=2
. ./hmc_frame.inc
show migrwpar
show migrwpar -o x -m sys1 -p fake0001 -w w
show migrwpar -o v -m sys1 -w w
show migrwpar -o v -m sys1 -p fake0001 --id 1 -w w
show migrwpar -o m -m sys1 -p fake0001 -w w --kind static
show migrwpar -o m -m sys1 -p fake0001 -w w --tp fake0002 --json
show migrwpar -o v -m sys1 -p fake0001 -w w --trust
show migrwpar -o s -m sys1 -p fake0001 -w w --tp fake0002
show migrwpar -o r -m sys1 -p fake0001 -w w --kind live
show migrwpar -o v -m sys1 -p fake0001 -w w --kind warm
show migrwpar -o v -m sys1 -p nobody -w w
show migrwpar -o v -m sys1 -p fake0001 -w w -t nosuch
show migrwpar -o v -m sys1 -p fake0001 -w w --tp fake0001
show migrwpar -o v -m sys1 -p fake0001 -w w --tp fake0002
show migrwpar -o m -m sys1 -p fake0001 -w w --tp fake0002
show migrwpar -o m -m sys1 -p fake0001 -w w --tp fake0002 --kind static
show migrwpar -o s -m sys1 -p fake0001 -w w
show migrwpar -o r -m sys1 -p fake0001 -w w
show lswparmigr -r lpar -m sys1
show lswparmigr -r wpar -m sys1 -F name,dest_lpar_name,migration_state,reason --header
show lswparmigr -r wpar -m sys1 --filter wpar_names=other
show lswparmigr -r wpar -m sys1 --filter profile_names=p
show lswparmigr -r wpar -m sys1 -F colour
