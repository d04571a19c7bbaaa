/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of the HMC's words that the commands, lpard's methods and the attributes share, each stated
 * once: FIRST(enumerator, word), MORE(…)…, LAST(…).  The enum, the table of words and the texts
 * that name them all follow from the list.
 */
#pragma once

#include <stddef.h>

#define PAR_WORD_ENUMERATOR(id, word) id,

/* The elements of a table by the enum. */
#define PAR_WORD_ENTRY(id, word) [id] = word,
#define PAR_WORD_TABLE(LIST)	 LIST(PAR_WORD_ENTRY, PAR_WORD_ENTRY, PAR_WORD_ENTRY)

/* Words with a bar between them, as for par_opt.values: "on|shutdown|osshutdown". */
#define PAR_WORD_BAR_FIRST(id, word) word
#define PAR_WORD_BAR(id, word)	     "|" word
#define PAR_WORDS_BARRED(LIST)	     LIST(PAR_WORD_BAR_FIRST, PAR_WORD_BAR, PAR_WORD_BAR)

/* As in a sentence: "on, shutdown or osshutdown". */
#define PAR_WORD_COMMA(id, word) ", " word
#define PAR_WORD_OR(id, word)	 " or " word
#define PAR_WORDS_SAID(LIST)	 LIST(PAR_WORD_BAR_FIRST, PAR_WORD_COMMA, PAR_WORD_OR)

/* As a Varlink type: "(on, shutdown, osshutdown)". */
#define PAR_WORDS_TYPE(LIST) "(" LIST(PAR_WORD_BAR_FIRST, PAR_WORD_COMMA, PAR_WORD_COMMA) ")"

/* What chsysstate -o does.  What else is wanted is said by --immed and --restart. */
#define LPAR_POWER_WORDS(FIRST, MORE, LAST) \
	FIRST(LPAR_POWER_ON, "on")          \
	MORE(LPAR_POWER_SHUTDOWN, "shutdown") LAST(LPAR_POWER_OSSHUTDOWN, "osshutdown")
enum lpar_power { LPAR_POWER_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR) };
extern const char *const lpar_power_words[]; /* by the enum; NULL at the end, as all of these */

/* How an LPAR boots: normally, into the SMS menus, to the Open Firmware prompt, diagnostics. */
#define LPAR_BOOT_MODE_WORDS(FIRST, MORE, LAST) \
	FIRST(LPAR_BOOT_NORM, "norm")           \
	MORE(LPAR_BOOT_SMS, "sms")              \
	MORE(LPAR_BOOT_OF, "of") MORE(LPAR_BOOT_DD, "dd") LAST(LPAR_BOOT_DS, "ds")
enum lpar_boot_mode {
	LPAR_BOOT_MODE_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR)
};
extern const char *const lpar_boot_mode_words[];

#define LPAR_KEYLOCK_WORDS(FIRST, MORE, LAST) \
	FIRST(LPAR_KEYLOCK_NORM, "norm") LAST(LPAR_KEYLOCK_MANUAL, "manual")
enum lpar_keylock {
	LPAR_KEYLOCK_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR)
};
extern const char *const lpar_keylock_words[];

/* What names of attributes are wanted for: -F of a listing, mksyscfg -i, chsyscfg -i. */
#define LPAR_USE_WORDS(FIRST, MORE, LAST) \
	FIRST(LPAR_USE_LIST, "list") MORE(LPAR_USE_CREATE, "create") LAST(LPAR_USE_CHANGE, "change")
enum lpar_use { LPAR_USE_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR) };
extern const char *const lpar_use_words[];

/* What a pair of configuration data does: name=value, name+=value, name-=value. */
#define PAR_ATTR_OP_WORDS(FIRST, MORE, LAST) \
	FIRST(PAR_ATTR_SET, "set") MORE(PAR_ATTR_ADD, "add") LAST(PAR_ATTR_REMOVE, "remove")
enum par_attr_op {
	PAR_ATTR_OP_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR)
};
extern const char *const par_attr_op_words[];

/* How a WPAR moves to another LPAR: while it runs, or stopped and by a backup. */
#define LPAR_MOVE_KIND_WORDS(FIRST, MORE, LAST) \
	FIRST(LPAR_MOVE_LIVE, "live") LAST(LPAR_MOVE_STATIC, "static")
enum lpar_move_kind {
	LPAR_MOVE_KIND_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR)
};
extern const char *const lpar_move_kind_words[];

/*
 * What an LPAR remembers of a WPAR that moves (docs/adr/0015-moves.md): of the source the first
 * two, of the target the others.
 */
#define PAR_MOVE_PHASE_WORDS(FIRST, MORE, LAST) \
	FIRST(PAR_MOVE_BEGUN, "begun")          \
	MORE(PAR_MOVE_GIVEN, "given")           \
	MORE(PAR_MOVE_EXPECTED, "expected")     \
	MORE(PAR_MOVE_READY, "ready")           \
	MORE(PAR_MOVE_TAKEN, "taken") LAST(PAR_MOVE_REFUSED, "refused")
enum par_move_phase {
	PAR_MOVE_PHASE_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR)
};
extern const char *const par_move_phase_words[];

/* par_word_find - the index of @word in @words (NULL at the end), -1 when it is none of them or
 * NULL
 */
int par_word_find(const char *const *words, const char *word);
