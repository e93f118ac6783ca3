# Leaves in a documentation file what PublicAPI.txt lists: the compiler writes down what is said of internal members, too, and nobody else can use those.
# A member is known by its type, its name and the number of its parameters. usage: awk -f public-documentation.awk PublicAPI.txt ASSEMBLY.xml

# How many parameters a list of them has: commas within the brackets of a type are its own.
function count(list,    i, c, depth, commas) {
  for (i = 1; i <= length(list); i++) {
    c = substr(list, i, 1)
    if (c ~ /[<{([]/) depth++
    else if (c ~ /[>})\]]/) depth--
    else if (c == "," && depth == 0) commas++
  }
  return list == "" ? 0 : commas + 1
}

FNR == NR && /^[^ ]/ { # a type: its name follows the keyword
  match($0, /(class|struct|interface|enum|delegate) [A-Za-z0-9_.]+/)
  type = substr($0, RSTART, RLENGTH)
  sub(/.* /, "", type)
  public[type] = 1
  next
}

FNR == NR { # a member: its name stands before its parameters, its accessors or its value
  parameters = 0
  if (match($0, / this\[.*\] \{/)) {
    name = "Item"
    parameters = count(substr($0, RSTART + 6, RLENGTH - 9))
  } else if (/\{ .*;.* \}$/ || / = [^()]*$/ || !/\(/) {
    name = $0
    sub(/( \{.*| = .*)$/, "", name)
    sub(/.* /, "", name)
  } else {
    name = $0
    sub(/\(.*/, "", name)
    parameters = count(substr($0, length(name) + 2, length($0) - length(name) - 2))
    sub(/<[^<>]*>$/, "", name)
    sub(/.* /, "", name)
    if (name == type) name = "#ctor"
  }
  public[type "." name "," parameters] = 1
  next
}

/^ *<member name="/ { # T:Namespace.Type, or M:Namespace.Type.Member``1(Parameter,Parameter)
  id = $0
  gsub(/^ *<member name="|">$/, "", id)
  kind = substr(id, 1, 1)
  parameters = 0
  if (match(id, /\(.*\)/)) {
    parameters = count(substr(id, RSTART + 1, RLENGTH - 2))
    id = substr(id, 1, RSTART - 1)
  }
  sub(/``[0-9]+$/, "", id)
  sub(/^.:LinuxEvents\./, "", id)
  left_out = !((kind == "T" ? id : id "," parameters) in public)
}

!left_out
/^ *<\/member>/ { left_out = 0 }
