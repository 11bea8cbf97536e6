/* Lists of names in folders. */
#include "names.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { FIRST_ROOM = 64, PATH = 4096 };

void xh_names_free(xh_names *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->names[i]);
    }
    free(list->names);
    *list = (xh_names){0};
}

xh_status xh_names_add(xh_names *list, const char *name, xh_error *error) {
    if (list->count == list->room) {
        const size_t room = list->room ? 2 * list->room : FIRST_ROOM;
        char **names = realloc(list->names, room * sizeof *names);
        if (!names) {
            return xh_error_set(error, XH_MEMORY, "no memory for %zu names", room);
        }
        list->names = names;
        list->room = room;
    }
    char *copy = strdup(name);
    if (!copy) {
        return xh_error_set(error, XH_MEMORY, "no memory for the name %s", name);
    }
    list->names[list->count++] = copy;
    return XH_OK;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts what was added after the first names. */
static void sort(xh_names *list, size_t first) {
    if (list->count > first) {
        qsort(list->names + first, list->count - first, sizeof *list->names, compare);
    }
}

static bool is_folder(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_image(const char *name) {
    static const char *const endings[] = {".jpg", ".jpeg", ".png"};
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof endings / sizeof endings[0]; i++) {
        if (strcasecmp(ending, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds PREFIX + name for the folders (or else the images) of a folder that is open. */
static xh_status add_entries(DIR *open, const char *path, const char *prefix, bool folders,
                             xh_names *list, xh_error *error) {
    xh_status status = XH_OK;
    const struct dirent *entry = NULL;
    while (status == XH_OK && (errno = 0, entry = readdir(open))) {
        char text[PATH];
        const char *name = entry->d_name;
        const bool fits = snprintf(text, sizeof text, "%s/%s", path, name) < PATH;
        if (name[0] == '.' || !fits || (folders ? !is_folder(text) : !is_image(name))) {
            continue;
        }
        snprintf(text, sizeof text, "%s%s", prefix, name);
        status = xh_names_add(list, text, error);
    }
    if (status == XH_OK && errno) {
        status = xh_error_set(error, XH_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    return status;
}

static xh_status add_folder(const char *path, const char *prefix, bool folders, xh_names *list,
                            xh_error *error) {
    DIR *open = opendir(path);
    if (!open) {
        return xh_error_set(error, XH_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    }
    const size_t first = list->count;
    const xh_status status = add_entries(open, path, prefix, folders, list, error);
    closedir(open);
    sort(list, first);
    return status;
}

xh_status xh_names_folders(const char *path, xh_names *list, xh_error *error) {
    return add_folder(path, "", true, list, error);
}

xh_status xh_names_images(const char *root, const char *folder, xh_names *list, xh_error *error) {
    char path[PATH], prefix[PATH];
    const size_t before = list->count;
    if (snprintf(path, sizeof path, "%s/%s", root, folder) >= PATH ||
        snprintf(prefix, sizeof prefix, "%s/", folder) >= PATH) {
        return xh_error_set(error, XH_INPUT, "%s: the path is too long", root);
    }
    const xh_status status = add_folder(path, prefix, false, list, error);
    if (status == XH_OK && list->count == before) {
        return xh_error_set(error, XH_INPUT, "%s: no images (.jpg, .jpeg, .png) found", path);
    }
    return status;
}

void xh_names_keep(xh_names *list, const bool *kept) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (kept[i]) {
            list->names[count++] = list->names[i];
        } else {
            free(list->names[i]);
        }
    }
    list->count = count;
}
