/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int32_t fail_os(struct tdxdash_error *error, const char *path, int os_error)
{
	struct failure failure = { TDXDASH_UNREADABLE, os_error, 0 };
	const char *remedy = "Check the path and the file system that it lies on.";

	if (os_error == ENOENT || os_error == ENOTDIR) {
		failure.code = TDXDASH_ABSENT;
		remedy = "Check the path; the profiles that come with TdxDash lie in the folder profiles beside it.";
	} else if (os_error == EACCES || os_error == EPERM) {
		failure.code = TDXDASH_NOT_PERMITTED;
		remedy = "Make the file readable for this user.";
	}

	return fail(error, failure, remedy, "Profile %s cannot be read: %s.", path, strerror(os_error));
}

/* Reads at most PROFILE_MAX_BYTES and one more, so that a file that grows meanwhile is found too. */
static int32_t read_all(int fd, const char *path, char *buffer, size_t *length, struct tdxdash_error *error)
{
	*length = 0;
	while (*length <= PROFILE_MAX_BYTES) {
		ssize_t n = read(fd, buffer + *length, PROFILE_MAX_BYTES + 1 - *length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_os(error, path, errno);
		if (n == 0)
			return TDXDASH_OK;
		*length += (size_t)n;
	}

	return fail(error, (struct failure){ TDXDASH_PROFILE_MALFORMED, 0, 0 }, "Choose a module profile.",
		    "Profile %s is larger than %u bytes, which no profile is.", path, PROFILE_MAX_BYTES);
}

static int32_t read_open(int fd, const char *path, struct module *module, struct tdxdash_error *error)
{
	struct stat status;
	struct span text;
	char *buffer;
	int32_t result;

	if (fstat(fd, &status) != 0)
		return fail_os(error, path, errno);
	if (!S_ISREG(status.st_mode))
		return fail(error, (struct failure){ TDXDASH_PROFILE_MALFORMED, 0, 0 }, "Choose a module profile.",
			    "Profile %s is not a regular file.", path);
	buffer = malloc(PROFILE_MAX_BYTES + 1);
	if (!buffer)
		return fail(error, (struct failure){ TDXDASH_OUT_OF_MEMORY, ENOMEM, 0 }, "Free memory and try again.",
			    "There is no memory to read profile %s.", path);
	result = read_all(fd, path, buffer, &text.length, error);
	text.start = buffer;
	if (result == TDXDASH_OK)
		result = profile_parse(text, path, module, error);
	free(buffer);
	return result;
}

int32_t profile_read(const char *path, struct module *module, struct tdxdash_error *error)
{
	/* Without O_NONBLOCK a named pipe would hold the caller for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int32_t result;

	if (fd < 0)
		return fail_os(error, path, errno);
	result = read_open(fd, path, module, error);
	(void)close(fd);
	return result;
}
