/* SPDX-License-Identifier: Apache-2.0 */
#include "include/ingot_snmp.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/callback.h>
#include <net-snmp/library/container.h>
#include <net-snmp/library/large_fd_set.h>
#include <net-snmp/library/lcd_time.h>
#include <net-snmp/library/read_config.h>
#include <net-snmp/library/snmp_alarm.h>
#include <net-snmp/library/snmp_logging.h>
#include <net-snmp/library/snmp_service.h>
#include <net-snmp/library/snmp_transport.h>
#include <net-snmp/library/snmpusm.h>
#include <net-snmp/library/snmpv3.h>

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 64, SECRET_SIZE = 256 };

struct ingot_snmp {
    struct session_list *handle;
    int version, auth, privacy;
    char user[64], context[64];
    unsigned char secrets[2][SECRET_SIZE], keys[2][KEY_SIZE], engine[USM_MAX_ID_LENGTH];
    size_t secret_sizes[2], key_sizes[2], engine_size;
    long request; /* of the last request; 0 when none is awaited */
    ingot_snmp_answer answer;
};

/* The library's tables (users, engines, transports, request numbers) belong to the process. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void) {
    static const int on[] = {NETSNMP_DS_LIB_DONT_READ_CONFIGS,       NETSNMP_DS_LIB_DONT_PERSIST_STATE,
                             NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
                             NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES,    NETSNMP_DS_LIB_ALARM_DONT_USE_SIG};
    snmp_disable_log();
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, on[i], 1);
    netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIBDIRS, "");
    netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_CONFIGURATION_DIR, "");
    /* The parts of init_snmp that are needed here: as a whole it would set the process's locale, which is not for a plugin
     * to do, and look for MIBs and configuration files. */
    netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "ingot");
    netsnmp_container_init_list();
    init_callbacks();
    init_snmp_logging();
    snmp_init_statistics();
    netsnmp_register_service_handlers();
    init_snmp_transport();
    init_snmpv3("ingot");
    init_snmp_alarm();
    /* No file is read; this makes the user without a name, who asks agents for their engine id. */
    read_premib_configs();
    read_configs();
}

void ingot_snmp_start(void) { pthread_once(&once, start); }

static const oid *auth_protocol(int auth, size_t *size) {
    *size = 10; /* all of them */
    switch (auth) {
    case 1: return usmHMACMD5AuthProtocol;
    case 2: return usmHMACSHA1AuthProtocol;
    case 3: return usmHMAC128SHA224AuthProtocol;
    case 4: return usmHMAC192SHA256AuthProtocol;
    case 5: return usmHMAC256SHA384AuthProtocol;
    case 6: return usmHMAC384SHA512AuthProtocol;
    default: return usmNoAuthProtocol;
    }
}

static const oid *privacy_protocol(int privacy, size_t *size) {
    *size = 10;
    return privacy == 1 ? usmDESPrivProtocol : privacy == 2 ? usmAESPrivProtocol : usmNoPrivProtocol;
}

static int level(const struct ingot_snmp *session) {
    return session->privacy ? SNMP_SEC_LEVEL_AUTHPRIV : session->auth ? SNMP_SEC_LEVEL_AUTHNOPRIV : SNMP_SEC_LEVEL_NOAUTH;
}

static void *copy(const void *bytes, size_t size) {
    void *made = malloc(size ? size : 1);
    if (made && size) memcpy(made, bytes, size);
    return made;
}

/* The user is in the library's table only while the lock is held, so that two sessions with other passwords for the
 * same name do not meet. */
static struct usmUser *lend_user(const struct ingot_snmp *session) {
    if (session->version != INGOT_SNMP_V3 || session->engine_size == 0) return NULL;
    struct usmUser *user = calloc(1, sizeof *user);
    if (!user) return NULL;
    size_t auth_size, privacy_size;
    const oid *auth = auth_protocol(session->auth, &auth_size), *privacy = privacy_protocol(session->privacy, &privacy_size);
    user->engineID = copy(session->engine, session->engine_size);
    user->engineIDLen = session->engine_size;
    user->name = strdup(session->user);
    user->secName = strdup(session->user);
    user->authProtocol = copy(auth, auth_size * sizeof *auth);
    user->authProtocolLen = auth_size;
    user->authKey = copy(session->keys[0], session->key_sizes[0]);
    user->authKeyLen = session->key_sizes[0];
    user->privProtocol = copy(privacy, privacy_size * sizeof *privacy);
    user->privProtocolLen = privacy_size;
    user->privKey = copy(session->keys[1], session->key_sizes[1]);
    user->privKeyLen = session->key_sizes[1];
    user->userStatus = RS_ACTIVE;
    user->userStorageType = ST_VOLATILE;
    if (!user->engineID || !user->name || !user->secName || !user->authProtocol || !user->authKey ||
        !user->privProtocol || !user->privKey) {
        usm_free_user(user);
        return NULL;
    }
    usm_add_user(user);
    return user;
}

static void take_back(struct usmUser *user) {
    if (!user) return;
    usm_remove_user(user);
    usm_free_user(user);
}

static int received(int operation, netsnmp_session *unused, int request, netsnmp_pdu *pdu, void *magic) {
    (void)unused;
    struct ingot_snmp *session = magic;
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || !pdu) return 1;
    if (session->request == 0) return 1;
    if (pdu->command != SNMP_MSG_RESPONSE && pdu->command != SNMP_MSG_REPORT) return 0;
    /* A late answer to an earlier request must not pass for this one's; a report may not know the number. */
    if (pdu->command == SNMP_MSG_RESPONSE && request != session->request) return 1;
    session->request = 0;
    ingot_snmp_answer *answer = &session->answer;
    memset(answer, 0, sizeof *answer);
    answer->kind = pdu->command == SNMP_MSG_REPORT ? INGOT_SNMP_REPORT : INGOT_SNMP_ANSWER;
    answer->error_status = (int)pdu->errstat;
    answer->error_index = (int)pdu->errindex;
    if (answer->kind == INGOT_SNMP_REPORT && session->engine_size == 0 && pdu->securityEngineIDLen >= 5 &&
        pdu->securityEngineIDLen <= sizeof session->engine) {
        memcpy(session->engine, pdu->securityEngineID, pdu->securityEngineIDLen);
        session->engine_size = pdu->securityEngineIDLen;
    }
    for (netsnmp_variable_list *bind = pdu->variables; bind && answer->count < INGOT_SNMP_BINDS;
         bind = bind->next_variable) {
        ingot_snmp_bind *to = &answer->binds[answer->count++];
        to->oid_size = bind->name_length < INGOT_SNMP_OID ? bind->name_length : 0;
        for (size_t i = 0; i < to->oid_size; i++) to->oid[i] = (uint32_t)bind->name[i];
        to->is_missing = bind->type == SNMP_NOSUCHOBJECT || bind->type == SNMP_NOSUCHINSTANCE ||
                         bind->type == SNMP_ENDOFMIBVIEW;
        if (bind->type == ASN_INTEGER && bind->val.integer && *bind->val.integer >= INT32_MIN &&
            *bind->val.integer <= INT32_MAX) {
            to->is_integer = 1;
            to->integer = (int32_t)*bind->val.integer;
        }
    }
    static const uint32_t usm_stats[] = {1, 3, 6, 1, 6, 3, 15, 1, 1};
    if (answer->kind == INGOT_SNMP_REPORT && answer->count > 0 && answer->binds[0].oid_size >= 10 &&
        memcmp(answer->binds[0].oid, usm_stats, sizeof usm_stats) == 0)
        answer->usm_counter = answer->binds[0].oid[9];
    return 1;
}

/* Only the target may answer, and a port that is closed is told at once. */
static int connect_socket(int descriptor, const ingot_snmp_target *target) {
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM}, *found = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", target->port);
    if (getaddrinfo(target->host, port, &hints, &found) != 0 || !found) return -1;
    int result = connect(descriptor, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return result;
}

ingot_snmp *ingot_snmp_open(const ingot_snmp_target *target) {
    ingot_snmp_start();
    struct ingot_snmp *session = calloc(1, sizeof *session);
    if (!session) return NULL;
    session->version = target->version;
    session->auth = target->auth;
    session->privacy = target->privacy;
    if (target->auth_secret_size > SECRET_SIZE || target->privacy_secret_size > SECRET_SIZE) {
        free(session);
        errno = EINVAL;
        return NULL;
    }
    if (target->auth_secret) memcpy(session->secrets[0], target->auth_secret, target->auth_secret_size);
    if (target->privacy_secret) memcpy(session->secrets[1], target->privacy_secret, target->privacy_secret_size);
    session->secret_sizes[0] = target->auth_secret_size;
    session->secret_sizes[1] = target->privacy_secret_size;
    snprintf(session->user, sizeof session->user, "%s", target->user ? target->user : "");
    snprintf(session->context, sizeof session->context, "%s", target->context ? target->context : "");

    char peer[128];
    snprintf(peer, sizeof peer, strchr(target->host, ':') ? "udp6:[%s]:%u" : "udp:%s:%u", target->host, target->port);
    int failure = 0;
    pthread_mutex_lock(&lock);
    netsnmp_session wanted;
    snmp_sess_init(&wanted);
    wanted.version = target->version == INGOT_SNMP_V1    ? SNMP_VERSION_1
                     : target->version == INGOT_SNMP_V2C ? SNMP_VERSION_2c
                                                         : SNMP_VERSION_3;
    wanted.peername = peer;
    wanted.retries = 1; /* the library sends again by itself only when told that its clock was wrong */
    wanted.timeout = 3600L * 1000 * 1000;
    wanted.flags |= SNMP_FLAGS_DONT_PROBE | SNMP_FLAGS_USER_CREATED;
    wanted.callback = received;
    wanted.callback_magic = session;
    unsigned char community[SECRET_SIZE] = {0};
    if (target->version != INGOT_SNMP_V3) {
        wanted.community_len = target->community_size < sizeof community ? target->community_size : sizeof community;
        if (target->community) memcpy(community, target->community, wanted.community_len);
        wanted.community = community;
    } else {
        wanted.securityModel = SNMP_SEC_MODEL_USM;
        wanted.securityLevel = level(session);
        wanted.securityName = session->user;
        wanted.securityNameLen = strlen(session->user);
        wanted.contextName = session->context;
        wanted.contextNameLen = strlen(session->context);
    }
    errno = 0;
    session->handle = snmp_sess_open(&wanted);
    failure = errno ? errno : EIO;
    /* Opening clears the flag; without it the first send would ask for the engine itself and wait with the lock held. */
    netsnmp_session *inner = session->handle ? snmp_sess_session(session->handle) : NULL;
    if (inner) inner->flags |= SNMP_FLAGS_DONT_PROBE;
    explicit_bzero(community, sizeof community);
    int descriptor = session->handle ? snmp_sess_transport(session->handle)->sock : -1;
    if (session->handle && connect_socket(descriptor, target) != 0) {
        failure = errno ? errno : EHOSTUNREACH;
        snmp_sess_close(session->handle);
        session->handle = NULL;
    }
    pthread_mutex_unlock(&lock);
    if (session->handle) return session;
    explicit_bzero(session, sizeof *session);
    free(session);
    errno = failure;
    return NULL;
}

int ingot_snmp_descriptor(const ingot_snmp *session) {
    pthread_mutex_lock(&lock);
    int descriptor = snmp_sess_transport(session->handle)->sock;
    pthread_mutex_unlock(&lock);
    return descriptor;
}

/* Takes the lock, the user and the PDU. */
static int send_pdu(struct ingot_snmp *session, netsnmp_pdu *pdu) {
    struct usmUser *user = lend_user(session);
    int request = snmp_sess_send(session->handle, pdu);
    take_back(user);
    session->request = request;
    if (request == 0) snmp_free_pdu(pdu);
    return request == 0 ? -1 : 0;
}

int ingot_snmp_discover(ingot_snmp *session) {
    pthread_mutex_lock(&lock);
    int result = -1;
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    if (pdu) {
        pdu->version = SNMP_VERSION_3;
        pdu->securityName = strdup("");
        pdu->securityNameLen = 0;
        pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
        pdu->securityModel = SNMP_SEC_MODEL_USM;
        result = send_pdu(session, pdu);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static int derive(struct ingot_snmp *session, int which, size_t wanted) {
    size_t protocol_size, master_size = KEY_SIZE, size = KEY_SIZE;
    const oid *protocol = auth_protocol(session->auth, &protocol_size);
    unsigned char master[KEY_SIZE];
    int result = generate_Ku(protocol, (u_int)protocol_size, session->secrets[which], session->secret_sizes[which], master,
                             &master_size);
    if (result == SNMPERR_SUCCESS)
        result = generate_kul(protocol, (u_int)protocol_size, session->engine, session->engine_size, master, master_size,
                              session->keys[which], &size);
    explicit_bzero(master, sizeof master);
    if (result != SNMPERR_SUCCESS || (wanted && size < wanted)) return -1;
    session->key_sizes[which] = wanted ? wanted : size;
    return 0;
}

int ingot_snmp_localize(ingot_snmp *session) {
    pthread_mutex_lock(&lock);
    int result = session->engine_size == 0 ? -1 : 0;
    if (result == 0 && session->auth) result = derive(session, 0, 0);
    if (result == 0 && session->privacy) result = derive(session, 1, 16);
    netsnmp_session *inner = snmp_sess_session(session->handle);
    if (result == 0 && inner) {
        free(inner->securityEngineID);
        inner->securityEngineID = copy(session->engine, session->engine_size);
        inner->securityEngineIDLen = inner->securityEngineID ? session->engine_size : 0;
    }
    explicit_bzero(session->secrets, sizeof session->secrets);
    pthread_mutex_unlock(&lock);
    return result;
}

int ingot_snmp_send(ingot_snmp *session, int is_set, const ingot_snmp_bind *binds, size_t count) {
    pthread_mutex_lock(&lock);
    netsnmp_pdu *pdu = snmp_pdu_create(is_set ? SNMP_MSG_SET : SNMP_MSG_GET);
    int result = pdu ? 0 : -1;
    for (size_t i = 0; result == 0 && i < count; i++) {
        oid name[INGOT_SNMP_OID];
        for (size_t part = 0; part < binds[i].oid_size; part++) name[part] = binds[i].oid[part];
        long value = binds[i].integer;
        netsnmp_variable_list *made = is_set ? snmp_pdu_add_variable(pdu, name, binds[i].oid_size, ASN_INTEGER, &value,
                                                                     sizeof value)
                                             : snmp_add_null_var(pdu, name, binds[i].oid_size);
        if (!made) result = -1;
    }
    if (result == 0) result = send_pdu(session, pdu);
    else if (pdu) snmp_free_pdu(pdu);
    pthread_mutex_unlock(&lock);
    return result;
}

void ingot_snmp_receive(ingot_snmp *session, ingot_snmp_answer *answer) {
    pthread_mutex_lock(&lock);
    memset(&session->answer, 0, sizeof session->answer);
    int descriptor = snmp_sess_transport(session->handle)->sock, problem = 0;
    socklen_t size = sizeof problem;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem == ECONNREFUSED) {
        session->answer.kind = INGOT_SNMP_REFUSED;
    } else {
        struct usmUser *user = lend_user(session);
        netsnmp_large_fd_set set;
        netsnmp_large_fd_set_init(&set, FD_SETSIZE);
        netsnmp_large_fd_setfd(descriptor, &set);
        snmp_sess_read2(session->handle, &set);
        netsnmp_large_fd_set_cleanup(&set);
        take_back(user);
    }
    *answer = session->answer;
    pthread_mutex_unlock(&lock);
}

void ingot_snmp_close(ingot_snmp *session) {
    if (!session) return;
    pthread_mutex_lock(&lock);
    session->request = 0;
    snmp_sess_close(session->handle);
    if (session->engine_size > 0) free_enginetime(session->engine, session->engine_size);
    pthread_mutex_unlock(&lock);
    explicit_bzero(session, sizeof *session);
    free(session);
}

size_t ingot_snmp_user_count(void) {
    size_t count = 0;
    pthread_mutex_lock(&lock);
    for (struct usmUser *user = usm_get_userList(); user && count < 100000; user = user->next) count++;
    pthread_mutex_unlock(&lock);
    return count;
}
