WPARS_ROOT=wpars2 fake-wpar lswpar -G old01
WPARS_ROOT=wpars2 fake-wpar lswpar -R temp1
WPARS_ROOT=wpars2 fake-wpar lswpar -S applejack-541ba3
WPARS_ROOT=wpars2 fake-wpar lswpar -T applejack-541ba3
WPARS_ROOT=wpars2 fake-wpar lswpar -L
WPARS_ROOT=wpars fake-wpar lswpar -L dev01
