/* SPDX-License-Identifier: MIT */
/* Words and numbers of a line of text, within bounds. */
#ifndef TDXDASH_LIB_TEXT_H
#define TDXDASH_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text that need not end with a zero. */
struct span {
	const char *start;
	size_t length;
};

/* Takes the next line off rest, without its end. False when nothing is left. */
bool take_line(struct span *rest, struct span *line);

/* Takes the next word off rest; words are parted by blanks and tabs. False when none is left. */
bool take_word(struct span *rest, struct span *word);

bool span_equals(struct span span, const char *text);

/* A number: decimal, or hexadecimal behind 0x; nothing else beside it, and at most 64 bits. */
bool parse_number(struct span word, uint64_t *value);

/* Whether every byte is printable ASCII or a tab; where not, the byte is given. */
bool is_plain(struct span line, unsigned char *offender);

#endif
