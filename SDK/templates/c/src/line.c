// SPDX-License-Identifier: 0BSD
#include "line.h"

#include <ingot-kit.h>

/* What a line that is not ok means for the host. */
static ingot_status refused(const ingot_call *call, const char *line, uint32_t maybe) {
    static const struct {
        const char *code;
        ingot_status status;
        uint32_t flags;
    } known[] = {
        {"denied", INGOT_E_AUTH, 0},          {"locked", INGOT_E_AUTH, 0},
        {"forbidden", INGOT_E_FORBIDDEN, 0},  {"state", INGOT_E_STATE, 0},
        {"badarg", INGOT_E_UNSUPPORTED, 0},   {"unknown", INGOT_E_UNSUPPORTED, 0},
        {"expired", INGOT_E_STATE, INGOT_ERR_SESSION_LOST | INGOT_ERR_RETRYABLE},
    };
    const char *text = strncmp(line, "error ", 6) == 0 ? line + 6 : "";
    size_t length = strcspn(text, " ");
    if (length == 4 && memcmp(text, "busy", 4) == 0)
        return ingot_fail_busy(call, (uint32_t)strtoul(text + 4, NULL, 10), text);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (length == strlen(known[i].code) && memcmp(text, known[i].code, length) == 0)
            return ingot_fail(call, known[i].status, known[i].flags, text);
    return ingot_fail(call, INGOT_E_PROTOCOL, maybe, "the answer is neither ok nor an error of the line protocol");
}

/* Sends a request and receives its answer. `maybe` is added to an error from the moment the request leaves. */
static ingot_status exchange(int fd, const ingot_call *call, const char *request, uint32_t wire, uint32_t maybe,
                             char line[LINE_SIZE]) {
    call->wire(call, 0, "line", wire, request, strlen(request)); /* before it leaves, never after */
    ingot_status status = ingot_send(call, fd, request, strlen(request), maybe);
    if (status == INGOT_OK) status = ingot_receive_line(call, fd, line, LINE_SIZE, maybe);
    if (status == INGOT_OK) call->wire(call, 1, "line", 0, line, strlen(line));
    return status;
}

static ingot_status begin(struct line_session *session, const ingot_call *call) {
    char line[LINE_SIZE], password[65] = "", request[LINE_SIZE] = "";
    size_t length = 0;
    ingot_status status = ingot_connect(call, session->host, session->port, &session->fd);
    if (status == INGOT_OK) status = ingot_receive_line(call, session->fd, line, sizeof line, 0);
    if (status == INGOT_OK && strcmp(line, "ingot-line 1") != 0)
        status = ingot_fail(call, INGOT_E_PROTOCOL, 0, "this is no BMC of the line protocol, version 1");
    if (status == INGOT_OK && call->secret(call, "password", password, sizeof password - 1, &length) != INGOT_OK)
        status = ingot_fail_field(call, "$.password", "the password is missing or longer than 64 bytes");
    for (size_t i = 0; status == INGOT_OK && i < length; i++)
        if (password[i] < 0x20 || password[i] > 0x7E)
            status = ingot_fail_field(call, "$.password", "the password is not printable ASCII");
    if (status == INGOT_OK) {
        snprintf(request, sizeof request, "login %s %s\n", session->user, password);
        status = exchange(session->fd, call, request, INGOT_WIRE_SENSITIVE, 0, line);
    }
    ingot_wipe(password, sizeof password);
    ingot_wipe(request, sizeof request);
    if (status == INGOT_OK && strncmp(line, "ok ", 3) != 0) status = refused(call, line, 0);
    if (status != INGOT_OK) line_end(session);
    return status;
}

ingot_status line_ask(struct line_session *session, const ingot_call *call, const char *request, int changes,
                      char value[LINE_SIZE]) {
    uint32_t maybe = changes ? INGOT_ERR_MAYBE_APPLIED : 0;
    for (int attempt = 1;; attempt++) {
        char line[LINE_SIZE];
        ingot_status status = ingot_check(call, 0);
        if (status == INGOT_OK && !ingot_is_idle(session->fd)) {
            line_end(session);
            status = begin(session, call);
        }
        if (status != INGOT_OK) return status;
        status = exchange(session->fd, call, request, 0, maybe, line);
        if (status == INGOT_OK && (strcmp(line, "ok") == 0 || strncmp(line, "ok ", 3) == 0)) {
            snprintf(value, LINE_SIZE, "%s", line + 2 + strspn(line + 2, " "));
            return INGOT_OK;
        }
        int expired = status == INGOT_OK && strncmp(line, "error expired", 13) == 0;
        if (status != INGOT_OK || expired) line_end(session); /* or a late answer would be taken for the next one */
        /* A session that has ended by itself is begun once more. What changes something is not repeated, unless the
         * BMC has said that it did not do it. */
        if (attempt == 1 && (expired || (status == INGOT_E_UNREACHABLE && !changes))) continue;
        return status == INGOT_OK ? refused(call, line, maybe) : status;
    }
}

void line_end(struct line_session *session) {
    if (session->fd >= 0) close(session->fd);
    session->fd = -1;
}
