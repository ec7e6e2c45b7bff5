/* SPDX-License-Identifier: Apache-2.0
 * Ingot plugin ABI, major 1. Never used here, because some guest language cannot express it: varargs, bitfields, bool,
 * long, C enums, structs by value, exported data. Text is UTF-8, NUL-ended. A plugin never returns memory: it calls emit(). */
#ifndef INGOT_H
#define INGOT_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#define INGOT_MINOR 0u /* bumped when a struct grows or an id appears; informs, never gates loading */
#define INGOT_EXPORT __attribute__((visibility("default")))
#define INGOT_HAS(T, p, m) ((p) && (p)->struct_size >= offsetof(T, m) + sizeof((p)->m) && (p)->m)

typedef int32_t ingot_status; /* a value not listed here is read as INGOT_E_INTERNAL */
#define INGOT_OK 0
#define INGOT_E_UNSUPPORTED 1 /* never possible on this driver or device */
#define INGOT_E_INVALID 2     /* argument or configuration; detail_json names the field */
#define INGOT_E_AUTH 3        /* credentials refused */
#define INGOT_E_FORBIDDEN 4   /* signed in, privilege too low */
#define INGOT_E_UNREACHABLE 5 /* no route, refused, TLS failure */
#define INGOT_E_TIMEOUT 6     /* deadline_ns passed */
#define INGOT_E_CANCELLED 7
#define INGOT_E_BUSY 8     /* sessions exhausted, update running; see retry_after_ms */
#define INGOT_E_PROTOCOL 9 /* the device answered nonsense */
#define INGOT_E_STATE 10   /* sound request, wrong moment */
#define INGOT_E_INTERNAL 11

#define INGOT_ERR_RETRYABLE 1u     /* repeating the identical call may work */
#define INGOT_ERR_MAYBE_APPLIED 2u /* request left, no answer came: re-read state before repeating */
#define INGOT_ERR_SESSION_LOST 4u  /* reopen the device first */
typedef struct ingot_error {
  uint32_t struct_size, flags;
  int32_t vendor_code; /* IPMI completion code, HTTP status, errno */
  uint32_t retry_after_ms;
  const char *message;     /* one line, no secrets; copied before set_error returns */
  const char *detail_json; /* optional; copied */
} ingot_error;

/* Lent to one call: valid until the called function returns; usable from any thread of the plugin. */
typedef struct ingot_call {
  uint32_t struct_size;
  int32_t cancel_fd;        /* readable on cancel or deadline; poll only, never read or close */
  uint64_t deadline_ns;     /* CLOCK_MONOTONIC, always set */
  const char *operation_id; /* same for every retry of one intent */
  int32_t (*cancelled)(const struct ingot_call *);
  void (*set_error)(const struct ingot_call *, const ingot_error *);
  void (*progress)(const struct ingot_call *, uint32_t permille, const char *stage);
  ingot_status (*emit)(const struct ingot_call *, const char *key, const void *data, size_t len);
  ingot_status (*secret)(const struct ingot_call *, const char *name, char *buf, size_t cap, size_t *len);
  void (*wire)(const struct ingot_call *, int32_t received, const char *protocol, uint32_t flags, const void *, size_t);
  void *host_data;
} ingot_call;
#define INGOT_WIRE_SENSITIVE 1u /* host keeps length and hash only */

typedef struct ingot_source { /* host-side bytes: one blob (path NULL) or the files of an OS image */
  uint32_t struct_size, flags;
  uint64_t size;
  ingot_status (*read)(const struct ingot_source *, const char *path, uint64_t at, void *buf, size_t cap, size_t *got);
  void *host_data;
} ingot_source; /* end of data: OK with *got 0; no such path: INGOT_E_STATE */

typedef struct ingot_host { /* valid from start() until stop() returns; log level 0 debug .. 4 error */
  uint32_t struct_size, minor;
  const char *name, *version;
  void (*log)(const struct ingot_host *, int32_t level, const char *message, const char *fields_json);
  const void *(*extension)(const struct ingot_host *, const char *id);
  void *host_data;
} ingot_host;

typedef struct ingot_plugin { /* immutable, lives as long as the process */
  uint32_t struct_size, minor, flags, reserved;
  const char *id; /* reverse DNS */
  const char *name, *vendor, *version, *license; /* license: SPDX */
  const char *config_schema;                     /* JSON Schema 2020-12; secrets carry "writeOnly": true */
  const char *const *extensions;                 /* every id answered below; NULL-ended */
  ingot_status (*start)(const ingot_host *);     /* optional */
  void (*stop)(void);                            /* optional; own threads joined before it returns */
  const void *(*extension)(const char *id);      /* NULL for any id it does not know */
} ingot_plugin;
INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void); /* no I/O, no threads, always the same pointer */

/* Driver interfaces, found by id. A NULL function means unsupported. */
typedef struct ingot_device ingot_device; /* the driver's own type */
#define INGOT_DRIVER "ingot.driver/1"
#define INGOT_DRIVER_CONCURRENT 1u /* calls on one device may overlap */
typedef struct ingot_driver {
  uint32_t struct_size, flags;
  ingot_status (*open)(const ingot_call *, const char *config_json, ingot_device **out);
  void (*close)(ingot_device *, const ingot_call *);         /* ends the BMC session even after errors */
  ingot_status (*probe)(ingot_device *, const ingot_call *); /* emit("capabilities", JSON): this device, today */
} ingot_driver;

#define INGOT_POWER "ingot.power/1"
#define INGOT_POWER_UNKNOWN 0 /* states */
#define INGOT_POWER_OFF 1
#define INGOT_POWER_ON 2
#define INGOT_POWER_CHANGING 3
#define INGOT_DO_ON 1 /* actions; ON and OFF succeed when already there */
#define INGOT_DO_OFF 2
#define INGOT_DO_SOFT_OFF 3
#define INGOT_DO_CYCLE 4
#define INGOT_DO_RESET 5
#define INGOT_DO_NMI 6
typedef struct ingot_power {
  uint32_t struct_size, actions; /* bit 1u << action */
  ingot_status (*get)(ingot_device *, const ingot_call *, int32_t *state);
  ingot_status (*set)(ingot_device *, const ingot_call *, int32_t action);
} ingot_power;

#define INGOT_BOOT "ingot.boot/1"
#define INGOT_BOOT_NONE 0 /* targets */
#define INGOT_BOOT_PXE 1
#define INGOT_BOOT_DISK 2
#define INGOT_BOOT_CD 3
#define INGOT_BOOT_SETUP 4
#define INGOT_BOOT_HTTP 5
#define INGOT_BOOT_USB 6
#define INGOT_BOOT_PERSISTENT 1u /* flags; without it: next boot only */
#define INGOT_BOOT_UEFI 2u
#define INGOT_BOOT_LEGACY 4u
typedef struct ingot_boot {
  uint32_t struct_size, targets; /* bit 1u << target */
  ingot_status (*get)(ingot_device *, const ingot_call *, int32_t *target, uint32_t *flags);
  ingot_status (*set)(ingot_device *, const ingot_call *, int32_t target, uint32_t flags);
} ingot_boot;

#define INGOT_SENSORS "ingot.sensors/1"     /* emit("sensor", JSON) each */
#define INGOT_INVENTORY "ingot.inventory/1" /* emit("component", JSON) each */
#define INGOT_EVENTLOG "ingot.eventlog/1"   /* SEL: emit("event", JSON) oldest first, then emit("cursor", bytes) */
typedef struct ingot_reader {
  uint32_t struct_size, flags;
  ingot_status (*read)(ingot_device *, const ingot_call *, const char *query_json);
  ingot_status (*clear)(ingot_device *, const ingot_call *);
} ingot_reader;

#define INGOT_CONSOLE "ingot.console/1"
typedef struct ingot_console {
  uint32_t struct_size, flags;
  ingot_status (*open)(ingot_device *, const ingot_call *, int32_t *fd); /* host owns fd; closing it ends SOL */
} ingot_console;

#define INGOT_FIRMWARE "ingot.firmware/1"
#define INGOT_MEDIA "ingot.media/1"
typedef struct ingot_job { /* long work; the token is its whole state, so a new worker can carry on */
  uint32_t struct_size, flags;
  ingot_status (*begin)(ingot_device *, const ingot_call *, const char *request_json, const ingot_source *);
  ingot_status (*poll)(ingot_device *, const ingot_call *, const char *token, int32_t *done);
  ingot_status (*end)(ingot_device *, const ingot_call *, const char *token); /* abort, eject */
} ingot_job; /* begin: emit("token", text) before the first irreversible step */

#define INGOT_VENDOR "ingot.vendor/1"
typedef struct ingot_vendor { /* audited; host policy must allow the method by name; reply via emit("reply") */
  uint32_t struct_size, flags;
  ingot_status (*invoke)(ingot_device *, const ingot_call *, const char *method, const void *body, size_t len);
} ingot_vendor;

/* Installer profiles: pure functions of their inputs; no network, no device, same input same bytes. */
#define INGOT_INSTALLER "ingot.installer/1"
typedef struct ingot_installer {
  uint32_t struct_size, flags;
  ingot_status (*detect)(const ingot_call *, const ingot_source *image, int32_t *score); /* 0..100; emit("identity") */
  ingot_status (*render)(const ingot_call *, const ingot_source *image, const char *request_json);
  ingot_status (*event)(const ingot_call *, const char *report_json); /* installer report in, emit("phase") out */
} ingot_installer; /* render emits "boot/kernel", "boot/initrd", "boot/cmdline", "answer/<file>" */
#ifdef __cplusplus
}
#endif
#endif
