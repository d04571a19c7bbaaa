/* SPDX-License-Identifier: Apache-2.0 */
/* calls [NUMBER] - nanoseconds of a system call (getppid), the least of twenty rounds of NUMBER */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const long number = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	double least = 1e18;

	for (int round = 0; round < 20; round++) {
		struct timespec a, b;
		double ns;

		clock_gettime(CLOCK_MONOTONIC, &a);
		for (long i = 0; i < number; i++)
			syscall(SYS_getppid);
		clock_gettime(CLOCK_MONOTONIC, &b);
		ns = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) /
		     (double)number;
		if (ns < least)
			least = ns;
	}
	printf("%.1f\n", least);
	return 0;
}
