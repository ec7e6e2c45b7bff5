/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps the power of many devices through a driver's C interface, once for each line on standard input.
 * usage: sweep PLUGIN.so PASSWORD CONFIGURATIONS
 * CONFIGURATIONS is a file with one device's configuration in JSON a line. For each sweep it prints how many devices gave a
 * value, the seconds it took and the seconds of CPU. */
#include <dlfcn.h>
#include <ingot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const char *password;
static size_t values;
static int cancel_pipe[2];

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int32_t cancelled(const ingot_call *call) { return now() >= call->deadline_ns; }

static void set_error(const ingot_call *call, const ingot_error *error)
{
    (void)call;
    fprintf(stderr, "error: %s\n", error && error->message ? error->message : "");
}

static void progress(const ingot_call *call, uint32_t permille, const char *stage)
{
    (void)call; (void)permille; (void)stage;
}

static void wire(const ingot_call *call, int32_t received, const char *protocol, uint32_t flags, const void *bytes,
                 size_t len)
{
    (void)call; (void)received; (void)protocol; (void)flags; (void)bytes; (void)len;
}

static ingot_status emit(const ingot_call *call, const char *key, const void *data, size_t len)
{
    (void)call;
    if (strcmp(key, "result") != 0) return INGOT_OK;
    for (size_t i = 0; i + sizeof(ingot_sweep_result) <= len; i += sizeof(ingot_sweep_result)) {
        ingot_sweep_result result;
        memcpy(&result, (const char *)data + i, sizeof result);
        if (result.status == INGOT_OK) values++;
    }
    return INGOT_OK;
}

static ingot_status secret(const ingot_call *call, const char *name, char *buf, size_t cap, size_t *len)
{
    (void)call;
    size_t size = strlen(name), need = strlen(password);
    if (size < 8 || strcmp(name + size - 8, "password") != 0 || strstr(name, "media")) return INGOT_E_STATE;
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

static ingot_call make_call(unsigned seconds)
{
    ingot_call call = {0};
    call.struct_size = sizeof call;
    call.cancel_fd = cancel_pipe[0];
    call.deadline_ns = now() + seconds * UINT64_C(1000000000);
    call.operation_id = "";
    call.cancelled = cancelled;
    call.set_error = set_error;
    call.progress = progress;
    call.emit = emit;
    call.secret = secret;
    call.wire = wire;
    return call;
}

int main(int argc, char **argv)
{
    if (argc != 4 || pipe(cancel_pipe) != 0) return 2;
    password = argv[2];
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    FILE *file = fopen(argv[3], "r");
    if (!library || !file) {
        fprintf(stderr, "%s\n", library ? argv[3] : dlerror());
        return 1;
    }
    ingot_plugin_v1_fn entry = NULL;
    *(void **)&entry = dlsym(library, INGOT_ENTRY_V1);
    const ingot_plugin *plugin = entry ? entry() : NULL;
    ingot_host host = {0};
    host.struct_size = sizeof host;
    host.log = host_log;
    if (!plugin || (plugin->start && plugin->start(&host) != INGOT_OK)) return 1;
    const ingot_driver *driver = plugin->extension(INGOT_DRIVER);
    const ingot_sweep *sweep = plugin->extension(INGOT_SWEEP);
    if (!driver || !sweep) return 1;
    ingot_device **devices = NULL;
    size_t count = 0;
    char line[4096];
    while (fgets(line, sizeof line, file)) {
        ingot_device **more = realloc(devices, (count + 1) * sizeof *devices);
        ingot_call call = make_call(10);
        if (!more) return 1;
        devices = more;
        if (driver->open(&call, line, &devices[count]) != INGOT_OK) return 1;
        count++;
    }
    fclose(file);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        ingot_call call = make_call(120);
        values = 0;
        uint64_t begin = now();
        double used = cpu();
        ingot_status status = sweep->read(devices, count, &call, INGOT_SWEEP_POWER);
        if (status != INGOT_OK) return 1;
        printf("%zu %.6f %.6f\n", values, (double)(now() - begin) / 1e9, cpu() - used);
    }
    for (size_t i = 0; i < count; i++) {
        ingot_call call = make_call(5);
        driver->close(devices[i], &call);
    }
    free(devices);
    if (plugin->stop) plugin->stop();
    return 0;
}
