/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory MIB HOT_MIB FOLDER - a process with much memory, of which a part changes all the time
 *
 * Each tenth of a second it writes into every page of the first HOT_MIB MiB, looks at some of the
 * others, and puts a line into FOLDER/state: how many such rounds there were, how many words were
 * not what they should be, and how long, in ms of the time of day, the longest silence was that
 * ended since FOLDER/reset was there, which it removes.  Static, so that it runs anywhere.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MIB	((size_t)1 << 20)
#define STEP	256 /* bytes between words that are looked at or written; a page has several */
#define LOOKS	2048
#define TICK_NS 100000000

static uint32_t word_of(size_t at)
{
	return (uint32_t)at * 2654435761u + 1;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Those that change have the round's number in all their pages. */
static unsigned long look(const unsigned char *memory, size_t hot, size_t size, uint32_t round)
{
	unsigned long bad = 0;

	for (size_t at = 0; at < hot; at += STEP) {
		uint32_t v;

		memcpy(&v, memory + at, sizeof(v));
		bad += v != round;
	}
	for (int i = 0; i < LOOKS && size > hot; i++) {
		size_t at = hot + (size_t)random() % ((size - hot) / STEP) * STEP;
		uint32_t v;

		memcpy(&v, memory + at, sizeof(v));
		bad += v != word_of(at);
	}
	return bad;
}

static void write_all(unsigned char *memory, size_t hot, uint32_t round)
{
	for (size_t at = 0; at < hot; at += STEP)
		memcpy(memory + at, &round, sizeof(round));
}

static void say(uint32_t round, unsigned long bad, uint64_t longest)
{
	char line[96];
	int n = snprintf(line, sizeof(line), "%u %lu %llu\n", round, bad,
			 (unsigned long long)longest);
	int fd = open("state.new", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, line, (size_t)n) != n || close(fd) < 0 ||
	    rename("state.new", "state") < 0)
		exit(3);
}

int main(int argc, char **argv)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	const size_t size = argc == 4 ? strtoul(argv[1], NULL, 10) * MIB : 0;
	const size_t hot = argc == 4 ? strtoul(argv[2], NULL, 10) * MIB : 0;
	unsigned char *memory = size ? malloc(size) : NULL;
	uint64_t last, longest = 0;
	unsigned long bad = 0;

	if (!memory || hot > size || chdir(argv[3]) < 0)
		return 2;
	for (size_t at = 0; at < size; at += STEP) {
		uint32_t v = word_of(at);

		memcpy(memory + at, &v, sizeof(v));
	}
	write_all(memory, hot, 0);
	last = now_ms();
	for (uint32_t round = 0;; round++) {
		uint64_t now;

		bad += look(memory, hot, size, round);
		write_all(memory, hot, round + 1);
		nanosleep(&tick, NULL);
		now = now_ms();
		if (unlink("reset") == 0)
			longest = 0;
		else if (now - last > longest)
			longest = now - last;
		last = now;
		say(round, bad, longest);
	}
}
