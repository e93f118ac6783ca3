# Reads `readelf --debug-dump=info` of abi.c; prints every lxe_ structure, its fields and every signature.
# A kind is the fixed-width type by its name without _t, "char", "void", a structure's name, T* or T[n];
# whatever else C has keeps its own name, which no binding knows.

/^ *<[0-9a-f]+><[0-9a-f]+>: Abbrev Number: [1-9]/ {
    split($1, part, /[<>]+/)
    depth = part[2]
    id = part[3]
    tag[id] = $NF
    gsub(/\(DW_TAG_|\)/, "", tag[id])
    open[depth] = id
    if (depth > 0)
        children[open[depth - 1]] = children[open[depth - 1]] " " id
    ids[++count] = id
}

/^ *Pointer Size:/ {
    pointer_size = $3
}

$2 ~ /^DW_AT_/ {
    key = $2
    sub(/:$/, "", key)
    value = $0
    sub(/^[^:]*: */, "", value)
    sub(/^\([a-z0-9_]+\) /, "", value)   # newer binutils name the form first: (strp) (offset: 0x1a): name
    sub(/^\([^)]*\): /, "", value)       # (indirect string, offset: 0x1a): name
    sub(/[ \t]+$/, "", value)
    if (key == "DW_AT_type" && match(value, /<0x[0-9a-f]+>/))
        value = substr(value, RSTART + 3, RLENGTH - 4)
    attribute[id, key] = value
}

END {
    for (i = 1; i <= count; i++) {
        id = ids[i]
        name = attribute[id, "DW_AT_name"]
        if (tag[id] == "structure_type" && name ~ /^lxe_/)
            print_structure(id, name)
        else if (tag[id] == "variable" && sub(/^signature_of_/, "", name))
            print "function", name, signature(type(type(id)))
    }
}

function type(id) {
    return attribute[id, "DW_AT_type"]
}

function print_structure(id, name,    n, i, member, field) {
    print "struct", name, attribute[id, "DW_AT_byte_size"]
    n = split(children[id], member)
    for (i = 1; i <= n; i++) {
        field = member[i]
        if (tag[field] != "member")
            continue
        print "field", name, attribute[field, "DW_AT_name"], attribute[field, "DW_AT_data_member_location"] + 0, \
            size(type(field)), ((field, "DW_AT_bit_size") in attribute) ? "bitfield" : kind(type(field))
    }
}

function signature(id,    n, i, parameter, list) {
    n = split(children[id], parameter)
    for (i = 1; i <= n; i++)
        list = list (i > 1 ? ", " : "") (tag[parameter[i]] == "formal_parameter" ? kind(type(parameter[i])) : "...")
    return kind(type(id)) " (" list ")"
}

function kind(id,    name) {
    name = attribute[id, "DW_AT_name"]
    if (id == "")
        return "void"
    if (tag[id] == "pointer_type")
        return kind(type(id)) "*"
    if (tag[id] == "array_type")
        return kind(type(id)) bounds(id)
    if (tag[id] == "typedef" && name ~ /^u?int(8|16|32|64|ptr)_t$/) {
        sub(/_t$/, "", name)
        return name
    }
    if (tag[id] ~ /^(typedef|const_type|volatile_type|restrict_type)$/)
        return kind(type(id))
    gsub(/ /, "_", name)
    if (tag[id] == "base_type" || tag[id] == "structure_type" && name != "")
        return name
    return tag[id]
}

function size(id,    bytes, n, i, range) {
    if (tag[id] == "pointer_type")
        return pointer_size
    if (id == "" || (id, "DW_AT_byte_size") in attribute)
        return attribute[id, "DW_AT_byte_size"] + 0
    bytes = size(type(id))
    n = split(children[id], range)
    for (i = 1; i <= n; i++)
        bytes *= bound(range[i])
    return bytes
}

function bounds(id,    n, i, range, list) {
    n = split(children[id], range)
    for (i = 1; i <= n; i++)
        list = list "[" bound(range[i]) "]"
    return list
}

function bound(range) {
    return (range, "DW_AT_count") in attribute ? attribute[range, "DW_AT_count"] : attribute[range, "DW_AT_upper_bound"] + 1
}
