/* JSON, one value after the other, indented by two. */
#include "command.h"

#include <math.h>
#include <string.h>

size_t xh_character_length(const char *string) {
    const unsigned char *text = (const unsigned char *)string;
    static const struct {
        unsigned char mask, lead;
        unsigned least; /* smaller ones must be written shorter */
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= 4; length++) {
        if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead) {
            continue;
        }
        unsigned code = text[0] & (unsigned char)~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80) {
                return 0;
            }
            code = code << 6 | (text[i] & 0x3fu);
        }
        const bool surrogate = code >= 0xd800 && code < 0xe000;
        return code >= forms[length - 1].least && code < 0x110000 && !surrogate ? length : 0;
    }
    return 0;
}

static void write_string(FILE *stream, const char *string) {
    fputc('"', stream);
    for (const char *text = string; *text;) {
        const size_t length = xh_character_length(text);
        if (length == 0) {
            fputs("\\ufffd", stream);
        } else if (*text == '"' || *text == '\\') {
            fprintf(stream, "\\%c", *text);
        } else if ((unsigned char)*text < 0x20) {
            fprintf(stream, "\\u%04x", (unsigned)*text);
        } else {
            fwrite(text, 1, length, stream);
        }
        text += length ? length : 1;
    }
    fputc('"', stream);
}

/* What stands before a value: a comma, a new line, the key. */
static void begin_value(xh_json *json, const char *key) {
    if (json->depth > 0) {
        fprintf(json->stream, "%s\n%*s", json->filled ? "," : "", (int)(2 * json->depth), "");
    }
    if (key) {
        write_string(json->stream, key);
        fputs(": ", json->stream);
    }
    json->filled = true;
}

void xh_json_open(xh_json *json, const char *key, char bracket) {
    begin_value(json, key);
    fputc(bracket, json->stream);
    json->depth++;
    json->filled = false;
}

void xh_json_close(xh_json *json, char bracket) {
    json->depth--;
    if (json->filled) {
        fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
    }
    fputc(bracket, json->stream);
    json->filled = true;
    if (json->depth == 0) {
        fputc('\n', json->stream);
    }
}

void xh_json_number(xh_json *json, const char *key, double value) {
    begin_value(json, key);
    if (isfinite(value)) {
        char text[XH_PARAM_NUMBER_SIZE];
        xh_param_format_real(value, text);
        fputs(text, json->stream);
    } else {
        fputs("null", json->stream);
    }
}

void xh_json_text(xh_json *json, const char *key, const char *text) {
    begin_value(json, key);
    write_string(json->stream, text);
}
