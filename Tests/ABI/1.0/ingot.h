// SPDX-License-Identifier: Apache-2.0
#ifndef INGOT_H
#define INGOT_H
/* The Ingot plugin ABI, major 1.
 *
 * A plugin is one shared object that exports one function, ingot_plugin_v1(). Everything else is found from there
 * by string id. Some guest languages cannot express varargs, bitfields, bool, long, C enums, structs by value or
 * exported data, so none of them occurs here.
 *
 * Rules that hold everywhere:
 *  - Text is UTF-8 and NUL-ended. JSON is text; readers ignore members they do not know.
 *  - Each struct begins with struct_size, set by its owner to sizeof. Structs only grow at the end; a reader tests
 *    INGOT_HAS before it touches a field that came later. Only the owner may use sizeof, embed or make arrays of one.
 *  - Inputs are borrowed until the called function returns. A plugin never returns memory: results leave through
 *    call->emit, through out-integers, or as one file descriptor.
 *  - Calls for one device come one after another unless the driver says INGOT_DRIVER_CONCURRENT; calls for different
 *    devices run in parallel, on any thread. Functions of ingot_call and ingot_host may be called from any thread.
 *  - A plugin does not fork, install signal handlers, use atexit, setlocale, chdir or umask, nor write to stdout.
 *  - A plugin is loaded with RTLD_NOW | RTLD_LOCAL in a process of its own, and never unloaded.
 *
 * Cancelling and signals: when a call is cancelled or its deadline passes, cancel_fd becomes readable and the worker
 * may, repeatedly, send SIGUSR1 to the thread the call runs on. The handler does nothing and is installed without
 * SA_RESTART, so a blocking system call of that thread returns with EINTR. All other signals are blocked in that
 * thread. A function that has not returned one second after its deadline loses its process. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a struct grows or an interface id appears. It informs, and never gates loading. */
#define INGOT_MINOR 0u

/* Marks the one symbol a plugin exports; build the rest with -fvisibility=hidden. */
#define INGOT_EXPORT __attribute__((visibility("default")))

/* True when p is not NULL, its owner knew field m, and m is not zero. */
#define INGOT_HAS(T, p, m) ((p) && (p)->struct_size >= offsetof(T, m) + sizeof((p)->m) && (p)->m)

/* ---- Outcomes ------------------------------------------------------------------------------------------------ */

/* What every function answers. A value that is not listed here is read as INGOT_E_INTERNAL. */
typedef int32_t ingot_status;
#define INGOT_OK 0
#define INGOT_E_UNSUPPORTED 1 /* never possible on this driver or device */
#define INGOT_E_INVALID 2     /* argument or configuration; detail_json names the field */
#define INGOT_E_AUTH 3        /* credentials refused */
#define INGOT_E_FORBIDDEN 4   /* signed in, but the privilege is too low */
#define INGOT_E_UNREACHABLE 5 /* no route, refused, name unknown, TLS failure */
#define INGOT_E_TIMEOUT 6     /* deadline_ns passed */
#define INGOT_E_CANCELLED 7   /* cancel_fd was the reason to stop */
#define INGOT_E_BUSY 8        /* sessions exhausted, update running; see retry_after_ms */
#define INGOT_E_PROTOCOL 9    /* the device answered nonsense */
#define INGOT_E_STATE 10      /* a sound request at the wrong moment */
#define INGOT_E_INTERNAL 11   /* a defect of the plugin, or of its surroundings */

/* Flags of ingot_error. */
#define INGOT_ERR_RETRYABLE 1u     /* repeating the identical call may work */
#define INGOT_ERR_MAYBE_APPLIED 2u /* the request left and no answer came: re-read the state before repeating */
#define INGOT_ERR_SESSION_LOST 4u  /* close and open the device before the next call */

/* Why a call failed. Owned by the plugin; everything in it is copied before set_error returns. */
typedef struct ingot_error {
    uint32_t struct_size;    /* sizeof(ingot_error), set by the plugin */
    uint32_t flags;          /* INGOT_ERR_… */
    int32_t vendor_code;     /* IPMI completion code, HTTP status or errno; 0 when there is none */
    uint32_t retry_after_ms; /* with INGOT_E_BUSY: when to try again; 0 when unknown */
    const char *message;     /* one line for a person, without secrets */
    const char *detail_json; /* optional facts for a program, e.g. {"field":"port"} */
} ingot_error;

/* ---- The call object ----------------------------------------------------------------------------------------- */

/* Lent to one call by the host. Valid until the called function returns, never afterwards; every function in it may
 * be used from any thread of the plugin until then. All pointers are set: a plugin need not test them. */
typedef struct ingot_call {
    uint32_t struct_size;     /* sizeof(ingot_call), set by the host */
    int32_t cancel_fd;        /* readable on cancel or deadline; poll it only, never read, write or close it */
    uint64_t deadline_ns;     /* CLOCK_MONOTONIC, in nanoseconds; always set */
    const char *operation_id; /* the same for every retry of one intent; empty when nothing is changed */
    /* 1 once the call is cancelled or past its deadline, else 0. Costs one atomic load. */
    int32_t (*cancelled)(const struct ingot_call *call);
    /* Says why the call fails; the last one before a failing return counts. Copies the error. */
    void (*set_error)(const struct ingot_call *call, const ingot_error *error);
    /* Thousandths done and the name of the step. Copies stage (which may be NULL); may drop reports that come fast. */
    void (*progress)(const struct ingot_call *call, uint32_t permille, const char *stage);
    /* Hands one named result to the host, which copies it. Blocks while the host is slow.
     * Errors: INVALID (no key, or one over 255 bytes), CANCELLED (nobody listens any more: return soon). */
    ingot_status (*emit)(const struct ingot_call *call, const char *key, const void *data, size_t len);
    /* Copies the secret of that name into buf and sets *len to its length (no NUL is added). Wipe buf after use.
     * Errors: STATE (no secret of that name), INVALID (buf too small: nothing is copied, *len tells the need). */
    ingot_status (*secret)(const struct ingot_call *call, const char *name, char *buf, size_t cap, size_t *len);
    /* Reports bytes about to leave (received 0) or just received (1). Report before sending: after a crash the host
     * reads from it whether a request may have been applied. Copies nothing it does not need. */
    void (*wire)(const struct ingot_call *call, int32_t received, const char *protocol, uint32_t flags,
                 const void *bytes, size_t len);
    void *host_data; /* the host's own; a plugin leaves it alone */
} ingot_call;

/* Flag of wire: the host keeps only the length of these bytes. */
#define INGOT_WIRE_SENSITIVE 1u

/* Bytes on the host's side, lent to one call: one blob (path NULL). Read-only; thread-safe. */
typedef struct ingot_source {
    uint32_t struct_size; /* sizeof(ingot_source), set by the host */
    uint32_t flags;       /* 0 */
    uint64_t size;        /* bytes of the blob */
    /* Reads at most cap bytes at offset at into buf and sets *got; at the end of data that is OK with *got 0.
     * Errors: STATE (no such path), INVALID (no buffer), CANCELLED, INTERNAL (the host's disk failed). */
    ingot_status (*read)(const struct ingot_source *source, const char *path, uint64_t at, void *buf, size_t cap,
                         size_t *got);
    void *host_data; /* the host's own */
} ingot_source;

/* ---- Host and plugin ----------------------------------------------------------------------------------------- */

/* The host as a plugin sees it. Lent from start() until stop() returns; thread-safe. */
typedef struct ingot_host {
    uint32_t struct_size; /* sizeof(ingot_host), set by the host */
    uint32_t minor;       /* the host's INGOT_MINOR */
    const char *name;     /* "ingot" */
    const char *version;
    /* Writes one line to the host's log: level 0 debug, 1 info, 2 notice, 3 warning, 4 error. Both texts are copied;
     * fields_json is optional. A plugin that logs without measure loses its process. */
    void (*log)(const struct ingot_host *host, int32_t level, const char *message, const char *fields_json);
    /* A host interface by id, or NULL. None is defined yet. */
    const void *(*extension)(const struct ingot_host *host, const char *id);
    void *host_data; /* the host's own */
} ingot_host;

/* What a plugin is. Owned by the plugin, immutable, lives as long as the process. Must equal the plugin's manifest. */
typedef struct ingot_plugin {
    uint32_t struct_size;          /* sizeof(ingot_plugin), set by the plugin */
    uint32_t minor;                /* INGOT_MINOR the plugin was built with */
    uint32_t flags;                /* 0 */
    uint32_t reserved;             /* 0 */
    const char *id;                /* reverse DNS, e.g. "dev.example.driver" */
    const char *name;              /* for people */
    const char *vendor;            /* who to ask */
    const char *version;           /* of the plugin */
    const char *license;           /* SPDX expression */
    const char *config_schema;     /* JSON Schema 2020-12 of a device's configuration; secrets have "writeOnly": true */
    const char *const *extensions; /* every id that extension() answers; NULL-ended */
    /* Optional. Called once before any other function; may start threads. A failure keeps the plugin out of use. */
    ingot_status (*start)(const ingot_host *host);
    /* Optional. Called once after every device is closed; own threads are joined before it returns. */
    void (*stop)(void);
    /* The interface of that id (a pointer to ingot_driver, ingot_power …, as immutable as this struct), or NULL for
     * any id it does not know. Thread-safe. */
    const void *(*extension)(const char *id);
} ingot_plugin;

/* The entry. Does no I/O, starts no threads and answers the same pointer each time. */
INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void);
#define INGOT_ENTRY_V1 "ingot_plugin_v1"
typedef const ingot_plugin *(*ingot_plugin_v1_fn)(void);

/* ---- Driver interfaces, found by id. A NULL function means unsupported. --------------------------------------- */

/* One opened device: the driver's own type, made by open and ended by close. */
typedef struct ingot_device ingot_device;

#define INGOT_DRIVER "ingot.driver/1"
#define INGOT_DRIVER_CONCURRENT 1u /* calls on one device may overlap */
/* Opening and closing devices. Required of a driver. */
typedef struct ingot_driver {
    uint32_t struct_size; /* sizeof(ingot_driver), set by the plugin */
    uint32_t flags;       /* INGOT_DRIVER_… */
    /* Opens a device from a configuration the host has checked against config_schema; secrets are not in it but
     * behind call->secret. On OK *out is the device and the host closes it later; otherwise *out is not looked at. */
    ingot_status (*open)(const ingot_call *call, const char *config_json, ingot_device **out);
    /* Ends the device's session, also after errors, and frees the device. Comes after all of its other calls. */
    void (*close)(ingot_device *device, const ingot_call *call);
    /* emit("capabilities", JSON): what this device can do today. */
    ingot_status (*probe)(ingot_device *device, const ingot_call *call);
} ingot_driver;

#define INGOT_POWER "ingot.power/1"
#define INGOT_POWER_UNKNOWN 0 /* states; a host reads any other value as UNKNOWN */
#define INGOT_POWER_OFF 1
#define INGOT_POWER_ON 2
#define INGOT_POWER_CHANGING 3
#define INGOT_DO_ON 1 /* actions; ON and OFF succeed when the machine is already there */
#define INGOT_DO_OFF 2
#define INGOT_DO_SOFT_OFF 3
#define INGOT_DO_CYCLE 4
#define INGOT_DO_RESET 5
#define INGOT_DO_NMI 6
/* Power of one machine. */
typedef struct ingot_power {
    uint32_t struct_size; /* sizeof(ingot_power), set by the plugin */
    uint32_t actions;     /* bit 1u << action for each action that set knows */
    /* Reads the state from the device itself, not from memory, into *state. */
    ingot_status (*get)(ingot_device *device, const ingot_call *call, int32_t *state);
    /* Asks for an action. OK means the device took it, not that it is done. Unknown action: UNSUPPORTED. */
    ingot_status (*set)(ingot_device *device, const ingot_call *call, int32_t action);
} ingot_power;

#define INGOT_BOOT "ingot.boot/1"
#define INGOT_BOOT_NONE 0 /* targets; NONE removes the override */
#define INGOT_BOOT_PXE 1
#define INGOT_BOOT_DISK 2
#define INGOT_BOOT_CD 3
#define INGOT_BOOT_SETUP 4
#define INGOT_BOOT_HTTP 5
#define INGOT_BOOT_USB 6
#define INGOT_BOOT_PERSISTENT 1u /* flags; without it the override is for the next boot only */
#define INGOT_BOOT_UEFI 2u
#define INGOT_BOOT_LEGACY 4u
/* The boot override of one machine. */
typedef struct ingot_boot {
    uint32_t struct_size; /* sizeof(ingot_boot), set by the plugin */
    uint32_t targets;     /* bit 1u << target for each target that set knows */
    /* Reads the override back from the device. */
    ingot_status (*get)(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags);
    /* Sets it and leaves every other boot parameter alone. Unknown target or flag: UNSUPPORTED, nothing sent. */
    ingot_status (*set)(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags);
} ingot_boot;

#define INGOT_SENSORS "ingot.sensors/1"     /* emit("sensor", JSON) each */
#define INGOT_INVENTORY "ingot.inventory/1" /* emit("component", JSON) each */
#define INGOT_EVENTLOG "ingot.eventlog/1"   /* emit("event", JSON) oldest first, then emit("cursor", bytes) */
/* Reading lists of things; which things depends on the id it was found by. */
typedef struct ingot_reader {
    uint32_t struct_size; /* sizeof(ingot_reader), set by the plugin */
    uint32_t flags;       /* 0 */
    /* Emits one JSON object per thing. query_json narrows it; "{}" asks for everything. */
    ingot_status (*read)(ingot_device *device, const ingot_call *call, const char *query_json);
    /* Empties the list on the device. Only an event log has it. */
    ingot_status (*clear)(ingot_device *device, const ingot_call *call);
} ingot_reader;

#define INGOT_CONSOLE "ingot.console/1"
#define INGOT_CONSOLE_TAKES_OVER 1u /* a second open ends the first console; without it the second is BUSY */
/* The serial console. */
typedef struct ingot_console {
    uint32_t struct_size; /* sizeof(ingot_console), set by the plugin */
    uint32_t flags;       /* INGOT_CONSOLE_… */
    /* On OK the host owns *fd, a connected stream socket that carries the console's bytes both ways. Closing it ends
     * the console on the device within two seconds; end of file on it says that the device ended it. The driver
     * serves its own end from threads of its own until then, or until the device is closed. */
    ingot_status (*open)(ingot_device *device, const ingot_call *call, int32_t *fd);
} ingot_console;

#define INGOT_FIRMWARE "ingot.firmware/1"
#define INGOT_MEDIA "ingot.media/1"
/* Long work on a device. The token is its whole state, so that another process can carry on with it. */
typedef struct ingot_job {
    uint32_t struct_size; /* sizeof(ingot_job), set by the plugin */
    uint32_t flags;       /* 0 */
    /* Starts the work: emit("token", text) comes before the first step that cannot be undone. */
    ingot_status (*begin)(ingot_device *device, const ingot_call *call, const char *request_json,
                          const ingot_source *source);
    /* Looks at the work; *done is 1 once it has ended well. */
    ingot_status (*poll)(ingot_device *device, const ingot_call *call, const char *token, int32_t *done);
    /* Aborts it, or ejects the medium. */
    ingot_status (*end)(ingot_device *device, const ingot_call *call, const char *token);
} ingot_job;

#define INGOT_SWEEP "ingot.sweep/1"
#define INGOT_SWEEP_POWER 1  /* subjects; the value is one of INGOT_POWER_… */
#define INGOT_SWEEP_HEALTH 2 /* the value is one of INGOT_HEALTH_… */
#define INGOT_HEALTH_UNKNOWN 0
#define INGOT_HEALTH_OK 1
#define INGOT_HEALTH_WARNING 2
#define INGOT_HEALTH_CRITICAL 3
/* What a sweep found out about one device. Sixteen bytes, which never grow. */
typedef struct ingot_sweep_result {
    uint32_t index;      /* of the device in the array the sweep was given */
    ingot_status status; /* INGOT_OK, or why this device has no value */
    int32_t value;       /* with INGOT_OK: see the subject */
    int32_t vendor_code; /* otherwise: as in ingot_error */
} ingot_sweep_result;
/* Reading one thing from thousands of devices in one call, with overlapping I/O. A driver without it is asked device
 * by device. */
typedef struct ingot_sweep {
    uint32_t struct_size; /* sizeof(ingot_sweep), set by the plugin */
    uint32_t subjects;    /* bit 1u << subject for each subject that read knows */
    /* Emits "result" with an array of one or more ingot_sweep_result, as often as it likes, each device once, soon
     * after its answer is there. None of the devices has another call meanwhile unless the driver is CONCURRENT. The
     * secret "password" of the device at index 17 is call->secret "17.password". OK means that the sweep is over,
     * whatever the devices answered; a device without a result reads as TIMEOUT. Unknown subject: UNSUPPORTED. */
    ingot_status (*read)(ingot_device *const *devices, size_t count, const ingot_call *call, int32_t subject);
} ingot_sweep;

#define INGOT_VENDOR "ingot.vendor/1"
/* Messages only this vendor knows. Audited; the host lets through the methods its policy names. */
typedef struct ingot_vendor {
    uint32_t struct_size; /* sizeof(ingot_vendor), set by the plugin */
    uint32_t flags;       /* 0 */
    /* Sends body and answers through emit("reply", bytes). Unknown method: UNSUPPORTED. */
    ingot_status (*invoke)(ingot_device *device, const ingot_call *call, const char *method, const void *body,
                           size_t len);
} ingot_vendor;

/* ---- Installer profiles: pure functions of their inputs, without network or device ----------------------------- */

#define INGOT_INSTALLER "ingot.installer/1"
/* Knows one kind of operating system image. The same input gives the same bytes. Functions may run in parallel. */
typedef struct ingot_installer {
    uint32_t struct_size; /* sizeof(ingot_installer), set by the plugin */
    uint32_t flags;       /* 0 */
    /* How sure is it that the image is of its kind: *score 0..100, and emit("identity", JSON). */
    ingot_status (*detect)(const ingot_call *call, const ingot_source *image, int32_t *score);
    /* Emits "boot/kernel", "boot/initrd", "boot/cmdline" and "answer/<file>", each key once. */
    ingot_status (*render)(const ingot_call *call, const ingot_source *image, const char *request_json);
    /* Turns a report of the running installer into emit("phase", JSON). */
    ingot_status (*event)(const ingot_call *call, const char *report_json);
} ingot_installer;

#ifdef __cplusplus
}
#endif
#endif
