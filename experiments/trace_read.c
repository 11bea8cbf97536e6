/* Attributes of a result, read back. */
#include "crosshebb/trace.h"

#include <hdf5.h>

#include <stdlib.h>
#include <string.h>

/* Reads an attribute into value, as the type given. */
static herr_t read_attribute(const char *path, const char *group, const char *name, hid_t type,
                             void *value) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, 0, 1);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    hid_t attribute = file < 0 ? -1 : H5Aopen_by_name(file, group, name, H5P_DEFAULT, H5P_DEFAULT);
    const herr_t result = attribute < 0 ? -1 : H5Aread(attribute, type, value);
    if (attribute >= 0) {
        H5Aclose(attribute);
    }
    if (file >= 0) {
        H5Fclose(file);
    }
    H5Pclose(access);
    return result;
}

/* The same, without HDF5's own words on standard error. */
static xh_status read_quietly(const char *path, const char *group, const char *name, hid_t type,
                              void *value, xh_error *error) {
    herr_t result = -1;
    H5E_BEGIN_TRY {
        result = read_attribute(path, group, name, type, value);
    }
    H5E_END_TRY
    return result < 0 ? xh_error_set(error, XH_INPUT, "%s: %s/%s cannot be read: it is no result",
                                     path, group, name)
                      : XH_OK;
}

xh_status xh_trace_read_number(const char *path, const char *group, const char *name, double *value,
                               xh_error *error) {
    return read_quietly(path, group, name, H5T_NATIVE_DOUBLE, value, error);
}

xh_status xh_trace_read_text(const char *path, const char *group, const char *name, char **text,
                             xh_error *error) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    char *value = NULL;
    xh_status status = read_quietly(path, group, name, type, &value, error);
    H5Tclose(type);
    if (status == XH_OK) {
        *text = strdup(value ? value : ""); /* an empty text may be none */
        status = *text ? XH_OK : xh_error_set(error, XH_MEMORY, "%s: no memory to read it", path);
        H5free_memory(value);
    }
    return status;
}
