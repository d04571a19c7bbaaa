# The three WPARs of the seed's listing 2, and the same without a header.
WPARS_ROOT=wpars fake-wpar lswpar
WPARS_ROOT=wpars fake-wpar lswpar -q
WPARS_ROOT=wpars fake-wpar lswpar prod01 dev01
WPARS_ROOT=wpars2 fake-wpar lswpar
WPARS_ROOT=wpars2 fake-wpar lswpar -a name,state,uuid
WPARS_ROOT=wpars2 fake-wpar lswpar -s A
WPARS_ROOT=wpars2 fake-wpar lswpar -qt LA -a name
WPARS_ROOT=wpars2 fake-wpar lswpar -N
WPARS_ROOT=wpars2 fake-wpar lswpar -I
WPARS_ROOT=wpars2 fake-wpar lswpar -M
WPARS_ROOT=wpars2 fake-wpar lswpar -X
# No WPAR here has bootsets: empty lists, not an error.
WPARS_ROOT=wpars fake-wpar lswpar -b
WPARS_ROOT=wpars fake-wpar lswpar -Br
WPARS_ROOT=wpars fake-wpar lswpar -cBf dev01
WPARS_ROOT=wpars2 fake-wpar lswpar -a name,type,ostype,oslevel
