/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps the power of many BMCs through a driver's C interface and says how long it took.
 * usage: sweep PLUGIN.so HOSTS PASSWORD QUIRKS_JSON ROUNDS [SECONDS]
 * HOSTS is a file with a line "address port healthy" for each BMC. The first sweep opens sessions; ROUNDS more use them
 * again. Each may take SECONDS, 60 unless given. Prints a line of JSON for each sweep; p99_ms is when 99 of 100 BMCs
 * whose `healthy` is 1 had their result. */
#include <dlfcn.h>
#include <ingot.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const char *password;
static size_t answers, values;
static double begun;
enum { MOST = 65000 };
static char hosts[MOST][64];
static int ports[MOST], healthy[MOST];
/* When the values of healthy BMCs came, in seconds from the sweep's beginning. */
static double times[MOST];
static size_t timed;
static int cancel_pipe[2];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static long resident(void)
{
    long pages = 0, ignored = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &ignored, &pages) != 2) pages = 0;
    if (file) fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static int32_t cancelled(const ingot_call *call) { (void)call; return 0; }
static void set_error(const ingot_call *call, const ingot_error *error)
{
    (void)call;
    fprintf(stderr, "error: %s\n", error && error->message ? error->message : "");
}
static void progress(const ingot_call *call, uint32_t permille, const char *stage) { (void)call; (void)permille; (void)stage; }
static void wire(const ingot_call *call, int32_t received, const char *protocol, uint32_t flags, const void *bytes, size_t len)
{
    (void)call; (void)received; (void)protocol; (void)flags; (void)bytes; (void)len;
}
static ingot_status emit(const ingot_call *call, const char *key, const void *data, size_t len)
{
    (void)call;
    if (strcmp(key, "result") == 0) {
        const char *at = data;
        for (size_t i = 0; i + sizeof(ingot_sweep_result) <= len; i += sizeof(ingot_sweep_result)) {
            ingot_sweep_result result;
            memcpy(&result, at + i, sizeof result);
            answers++;
            if (result.status != INGOT_OK || result.index >= MOST) continue;
            values++;
            if (healthy[result.index] && timed < MOST) times[timed++] = now() - begun;
        }
    }
    return INGOT_OK;
}
static ingot_status secret(const ingot_call *call, const char *name, char *buf, size_t cap, size_t *len)
{
    (void)call;
    size_t size = strlen(name), need = strlen(password);
    if (size < 8 || strcmp(name + size - 8, "password") != 0) return INGOT_E_STATE;
    *len = need;
    if (need > cap) return INGOT_E_INVALID;
    memcpy(buf, password, need);
    return INGOT_OK;
}
static void host_log(const ingot_host *host, int32_t level, const char *message, const char *fields)
{
    (void)host; (void)fields;
    if (level >= 3) fprintf(stderr, "log: %s\n", message ? message : "");
}

static ingot_call make_call(double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    ingot_call call = {0};
    call.struct_size = sizeof call;
    call.cancel_fd = cancel_pipe[0];
    call.deadline_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec + (uint64_t)(seconds * 1e9);
    call.operation_id = "";
    call.cancelled = cancelled;
    call.set_error = set_error;
    call.progress = progress;
    call.emit = emit;
    call.secret = secret;
    call.wire = wire;
    return call;
}

static int read_hosts(const char *path)
{
    FILE *file = fopen(path, "r");
    int count = 0;
    while (file && count < MOST && fscanf(file, "%63s %d %d", hosts[count], &ports[count], &healthy[count]) == 3) count++;
    if (file) fclose(file);
    return count;
}

int main(int argc, char **argv)
{
    if (argc < 6 || pipe(cancel_pipe) != 0) return 2;
    int count = read_hosts(argv[2]), rounds = atoi(argv[5]);
    double limit = argc > 6 ? atof(argv[6]) : 60;
    password = argv[3];
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); return 1; }
    ingot_plugin_v1_fn entry = NULL;
    *(void **)&entry = dlsym(library, INGOT_ENTRY_V1);
    const ingot_plugin *plugin = entry ? entry() : NULL;
    if (!plugin) return 1;
    ingot_host host = {0};
    host.struct_size = sizeof host;
    host.log = host_log;
    if (plugin->start && plugin->start(&host) != INGOT_OK) return 1;
    const ingot_driver *driver = plugin->extension(INGOT_DRIVER);
    const ingot_sweep *sweep = plugin->extension(INGOT_SWEEP);
    if (!driver || !sweep || count == 0) return 1;
    ingot_device **devices = calloc((size_t)count, sizeof *devices);
    for (int i = 0; i < count; i++) {
        char json[512];
        snprintf(json, sizeof json,
                 "{\"host\":\"%s\",\"port\":%d,\"username\":\"admin\",\"cipher_suites\":[3],\"quirks\":%s}",
                 hosts[i], ports[i], argv[4]);
        ingot_call call = make_call(10);
        if (driver->open(&call, json, &devices[i]) != INGOT_OK) return 1;
    }
    long before = resident();
    for (int round = 0; round <= rounds; round++) {
        answers = values = timed = 0;
        ingot_call call = make_call(limit);
        begun = now();
        double used = cpu();
        ingot_status status = sweep->read(devices, (size_t)count, &call, INGOT_SWEEP_POWER);
        double took = now() - begun;
        used = cpu() - used;
        qsort(times, timed, sizeof *times, ascending);
        printf("{\"sessions\":\"%s\",\"status\":%d,\"count\":%d,\"answers\":%zu,\"values\":%zu,\"seconds\":%.6f,"
               "\"per_second\":%.0f,\"cpu_us_per_bmc\":%.2f,\"p99_ms\":%.2f,\"session_bytes\":%ld}\n",
               round == 0 ? "new" : "kept", status, count, answers, values, took, values / took, used / count * 1e6,
               timed ? times[timed * 99 / 100] * 1e3 : 0, round == 0 ? (resident() - before) / count : 0);
        fflush(stdout);
    }
    for (int i = 0; i < count; i++) {
        ingot_call call = make_call(5);
        driver->close(devices[i], &call);
    }
    if (plugin->stop) plugin->stop();
    return 0;
}
