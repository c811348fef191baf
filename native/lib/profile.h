/* SPDX-License-Identifier: MIT */
/* Module profiles: text files that say what an emulated module answers. The format is described in native/README.md. */
#ifndef TDXDASH_LIB_PROFILE_H
#define TDXDASH_LIB_PROFILE_H

#include "error.h"
#include "module.h"
#include "text.h"

#define PROFILE_MAX_BYTES (64u * 1024u)

/* Reads a profile file into an empty module. On failure the module must not be used. */
int32_t profile_read(const char *path, struct module *module, struct tdxdash_error *error);

/* Parses the text of a profile; file is its name for error texts. */
int32_t profile_parse(struct span text, const char *file, struct module *module, struct tdxdash_error *error);

/* Where the parser is, for error texts. */
struct profile_place {
	const char *file;
	uint32_t line;
	struct tdxdash_error *error;
};

/* "Profile FILE, line N: " and the format, as TDXDASH_PROFILE_MALFORMED. */
__attribute__((format(printf, 3, 4))) int32_t profile_fail(const struct profile_place *place, const char *remedy,
							   const char *format, ...);

/* The rest of a "field" line: a name that the library knows, and its values. */
int32_t profile_field(const struct profile_place *place, struct span rest, struct module *module);

/* The rest of an "extra" line: a field that the library does not know. */
int32_t profile_extra(const struct profile_place *place, struct span rest, struct module *module);

/* The platform of a profile that says nothing of it. */
extern const struct module_platform PROFILE_USUAL_PLATFORM;

/* Takes exactly count numbers. */
bool profile_numbers(struct span rest, uint64_t *numbers, size_t count);

/* The rests of the lines that say what the platform is. */
int32_t profile_max_pa(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_keyids(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_last_private_keyid(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_seamrr(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_processors(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_sys_state(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_packages(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_max_updates(const struct profile_place *place, struct span rest, struct module *module);
int32_t profile_global_lock(const struct profile_place *place, struct span rest, struct module *module);

/* Checks what only the whole profile can tell, and gives what follows from it. */
int32_t profile_finish_platform(const struct profile_place *place, struct module *module);

#endif
