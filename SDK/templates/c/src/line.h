// SPDX-License-Identifier: 0BSD
/* A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here. */
#ifndef LINE_H
#define LINE_H
#include <ingot.h>

#define LINE_SIZE 512 /* longest line, its newline included */

struct line_session {
    char host[256], user[65];
    int port;
    int fd; /* -1 while there is no session */
};

/* Asks, within a session that is begun or begun anew when needed. `request` ends in a newline; `changes` is 1 when it
 * changes something. On OK `value` is what followed "ok", otherwise the error has been reported. */
ingot_status line_ask(struct line_session *session, const ingot_call *call, const char *request, int changes,
                      char value[LINE_SIZE]);

/* Ends the session; the BMC notices by the end of the connection. */
void line_end(struct line_session *session);
#endif
