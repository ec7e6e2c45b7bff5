/* SPDX-License-Identifier: Apache-2.0 */
/* Net-SNMP behind one lock: sessions that neither block nor wait, read no files and log nothing.
 *
 * Every function takes the lock, so all of them may be called from any thread; one session belongs to one thread at a
 * time. Waiting for an answer is the caller's part: poll the descriptor, then call ingot_snmp_receive. */
#ifndef INGOT_SNMP_H
#define INGOT_SNMP_H
#include <stddef.h>
#include <stdint.h>

enum { INGOT_SNMP_V1 = 0, INGOT_SNMP_V2C = 1, INGOT_SNMP_V3 = 3 };
enum { INGOT_SNMP_BINDS = 64, INGOT_SNMP_OID = 64 };

/* auth: 0 none, 1 MD5, 2 SHA-1, 3 SHA-224, 4 SHA-256, 5 SHA-384, 6 SHA-512. privacy: 0 none, 1 DES, 2 AES-128. */
typedef struct {
    const char *host; /* numeric IPv4 or IPv6 address */
    uint16_t port;
    int version;
    const void *community;
    size_t community_size;
    const char *user;
    const char *context;
    int auth;
    const void *auth_secret;
    size_t auth_secret_size;
    int privacy;
    const void *privacy_secret;
    size_t privacy_secret_size;
} ingot_snmp_target;

typedef struct {
    uint32_t oid[INGOT_SNMP_OID];
    size_t oid_size;
    int is_integer; /* in an answer: the value is an INTEGER, and `integer` is it */
    int is_missing; /* in an answer: noSuchObject, noSuchInstance or endOfMibView */
    int32_t integer;
} ingot_snmp_bind;

enum { INGOT_SNMP_NOTHING = 0, INGOT_SNMP_ANSWER = 1, INGOT_SNMP_REPORT = 2, INGOT_SNMP_REFUSED = 3 };

typedef struct {
    int kind;         /* INGOT_SNMP_… */
    int error_status; /* RFC 3416 section 3, error-status */
    int error_index;
    uint32_t usm_counter; /* of a report: the last part of the usmStats object (RFC 3414 section 5), 0 when it is none */
    size_t count;
    ingot_snmp_bind binds[INGOT_SNMP_BINDS];
} ingot_snmp_answer;

typedef struct ingot_snmp ingot_snmp;

/* Sets the library up, once per process. */
void ingot_snmp_start(void);
/* A session with a socket of its own; NULL with errno set. The target and its secrets are copied. */
ingot_snmp *ingot_snmp_open(const ingot_snmp_target *target);
int ingot_snmp_descriptor(const ingot_snmp *session);
/* Asks for the engine's id, boots and time (RFC 3414 section 4); version 3 only. 0 or -1. */
int ingot_snmp_discover(ingot_snmp *session);
/* After the report that answers the discovery: derives the keys. 0, or -1 when there was no id or a secret is too short. */
int ingot_snmp_localize(ingot_snmp *session);
/* Sends a GET, or a SET of INTEGERs. 0, or -1 when nothing was sent. */
int ingot_snmp_send(ingot_snmp *session, int is_set, const ingot_snmp_bind *binds, size_t count);
/* Takes one datagram; what does not answer the last request is INGOT_SNMP_NOTHING. */
void ingot_snmp_receive(ingot_snmp *session, ingot_snmp_answer *answer);
void ingot_snmp_close(ingot_snmp *session);
/* How many users the library knows at this moment beside its own; for tests. */
size_t ingot_snmp_user_count(void);
#endif
