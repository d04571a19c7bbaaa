# Help and overview: made from the descriptors.
hmc --help
for command in $(hmc --list-commands); do
	[ "$command" = wparcmd ] || $command --help
done
for command in status launch images unused; do
	hmc $command --version | sed 's/ [^ ]*$/ VERSION/'
done
lssyscfg --version | sed 's/ [^ ]*$/ VERSION/'
hmc lsyscfg
