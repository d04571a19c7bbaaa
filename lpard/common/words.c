/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of words: see words.h. */
#include "lpard/common/words.h"

#include <string.h>

#define LAST_ENTRY(id, word) [id] = word, [id + 1] = NULL,
#define WORDS(name, LIST) \
	const char *const name[] = { LIST(PAR_WORD_ENTRY, PAR_WORD_ENTRY, LAST_ENTRY) }

WORDS(lpar_power_words, LPAR_POWER_WORDS);
WORDS(lpar_boot_mode_words, LPAR_BOOT_MODE_WORDS);
WORDS(lpar_keylock_words, LPAR_KEYLOCK_WORDS);
WORDS(lpar_use_words, LPAR_USE_WORDS);
WORDS(par_attr_op_words, PAR_ATTR_OP_WORDS);
WORDS(lpar_move_kind_words, LPAR_MOVE_KIND_WORDS);
WORDS(par_move_phase_words, PAR_MOVE_PHASE_WORDS);

int par_word_find(const char *const *words, const char *word)
{
	for (int i = 0; word && words[i]; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}
