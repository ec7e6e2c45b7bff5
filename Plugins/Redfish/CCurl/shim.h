/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INGOT_CCURL_SHIM_H
#define INGOT_CCURL_SHIM_H
/* libcurl, and its variadic functions with one type each, because Swift cannot call variadics. The names in
 * parentheses keep curl's type-checking macros out. */
#include <curl/curl.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Gives memory back wiped: libcurl's copies of bodies, fields and passwords pass through here. */
static inline void ingot_curl_wipe_and_free(void *memory) {
    if (memory == NULL) return;
    memset(memory, 0, malloc_usable_size(memory));
    __asm__ volatile("" : : "r"(memory) : "memory");
    free(memory);
}

static inline void *ingot_curl_wipe_and_grow(void *memory, size_t size) {
    void *grown = malloc(size);
    if (grown == NULL || memory == NULL) return grown;
    size_t had = malloc_usable_size(memory);
    memcpy(grown, memory, had < size ? had : size);
    ingot_curl_wipe_and_free(memory);
    return grown;
}

/* Sets libcurl up, with memory that is wiped when it is given back. */
static inline CURLcode ingot_curl_start(void) {
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, ingot_curl_wipe_and_free, ingot_curl_wipe_and_grow, strdup,
                                calloc);
}

typedef size_t (*ingot_curl_receive)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ingot_curl_set_number(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ingot_curl_set_text(CURL *handle, CURLoption option, const char *text) {
    return (curl_easy_setopt)(handle, option, text);
}

static inline CURLcode ingot_curl_set_pointer(CURL *handle, CURLoption option, void *pointer) {
    return (curl_easy_setopt)(handle, option, pointer);
}

static inline CURLcode ingot_curl_set_copy(CURL *handle, CURLoption option, void *bytes, size_t count) {
    struct curl_blob blob = {bytes, count, CURL_BLOB_COPY};
    return (curl_easy_setopt)(handle, option, &blob);
}

/* Where the lines of the head and the bytes of the body go. */
static inline CURLcode ingot_curl_set_receivers(CURL *handle, ingot_curl_receive head, ingot_curl_receive body,
                                                void *context) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_HEADERFUNCTION, head);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_HEADERDATA, context);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_WRITEFUNCTION, body);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_WRITEDATA, context);
    return code;
}

/* The body of a request, copied. */
static inline CURLcode ingot_curl_set_body(CURL *handle, const void *bytes, size_t count) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_COPYPOSTFIELDS, bytes);
    return code;
}

/* The body of a request, asked for while it is sent. */
static inline CURLcode ingot_curl_set_source(CURL *handle, ingot_curl_receive source, void *context, curl_off_t count) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_POST, 1L);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_POSTFIELDSIZE_LARGE, count);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_READFUNCTION, source);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_READDATA, context);
    return code;
}

static inline long ingot_curl_number(CURL *handle, CURLINFO info) {
    long value = 0;
    return (curl_easy_getinfo)(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline CURLMcode ingot_curl_set_multi_number(CURLM *multi, CURLMoption option, long value) {
    return (curl_multi_setopt)(multi, option, value);
}
#endif
