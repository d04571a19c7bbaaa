# Help and overview: made from the descriptors.
hmc --help
for command in $(hmc --list-commands); do
	[ "$command" = wparcmd ] || $command --help
done
hmc lsyscfg
