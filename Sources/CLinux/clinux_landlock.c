// SPDX-License-Identifier: Apache-2.0
#include "clinux_landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The system's own <linux/landlock.h> may be older than its kernel, so the few names needed stand here. The three
 * system calls have the same numbers on every architecture. */
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT 2

#define FS_WRITE_FILE (1ull << 1)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_REG (1ull << 8)
#define FS_REFER (1ull << 13)
#define FS_TRUNCATE (1ull << 14)
#define FS_IOCTL_DEV (1ull << 15)
#define FS_FIRST_ABI ((1ull << 13) - 1)
#define NET_BIND_TCP (1ull << 0)
#define NET_CONNECT_TCP (1ull << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ull << 0)
#define SCOPE_SIGNAL (1ull << 1)

struct ruleset {
    uint64_t handled_fs;
    uint64_t handled_net;
    uint64_t scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

struct port_rule {
    uint64_t allowed;
    uint64_t port;
};

int clinux_landlock_abi(void) {
    long abi = syscall(CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
    return abi < 0 ? 0 : (int)abi;
}

/* Every right on files that the running kernel can take away. */
static uint64_t known_rights(int abi) {
    uint64_t rights = FS_FIRST_ABI;
    if (abi >= 2) rights |= FS_REFER;
    if (abi >= 3) rights |= FS_TRUNCATE;
    if (abi >= 5) rights |= FS_IOCTL_DEV;
    return rights;
}

int clinux_landlock_begin(int restrict_tcp) {
    int abi = clinux_landlock_abi();
    if (abi <= 0) return -ENOSYS;
    struct ruleset set = {.handled_fs = known_rights(abi)};
    size_t size = sizeof set.handled_fs;
    if (abi >= 4) {
        set.handled_net = NET_BIND_TCP | (restrict_tcp ? NET_CONNECT_TCP : 0);
        size += sizeof set.handled_net;
    }
    if (abi >= 6) {
        set.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
        size += sizeof set.scoped;
    }
    long rules = syscall(CREATE_RULESET, &set, size, 0u);
    if (rules < 0) return -errno;
    fcntl((int)rules, F_SETFD, FD_CLOEXEC);
    return (int)rules;
}

int clinux_landlock_allow_path(int rules, const char *path, int writing) {
    int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -errno;
    struct stat facts;
    if (fstat(parent, &facts) < 0) {
        int error = errno;
        close(parent);
        return -error;
    }
    struct path_rule rule = {.allowed = FS_READ_FILE, .parent = parent};
    if (writing) rule.allowed |= FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
    if (S_ISDIR(facts.st_mode)) rule.allowed |= FS_READ_DIR | (writing ? FS_MAKE_REG | FS_REMOVE_FILE : 0);
    rule.allowed &= known_rights(clinux_landlock_abi());
    long added = syscall(ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0u);
    int error = errno;
    close(parent);
    return added < 0 ? -error : 0;
}

int clinux_landlock_allow_tcp(int rules, uint16_t port) {
    if (clinux_landlock_abi() < 4) return 0;
    struct port_rule rule = {.allowed = NET_CONNECT_TCP, .port = port};
    return syscall(ADD_RULE, rules, RULE_NET_PORT, &rule, 0u) < 0 ? -errno : 0;
}

int clinux_landlock_enforce(int rules) {
    int error = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(RESTRICT_SELF, rules, 0u) < 0) error = errno;
    close(rules);
    return -error;
}
