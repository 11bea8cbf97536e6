# The tables of run.sh, and the data of its figure. Reads published.txt (data set, method, depth, accuracy in %) and the
# runs (method, depth, seed, accuracy of 1), with the functions of statistics.awk.

/^#/ { next }
FILENAME ~ /published.txt$/ {
    if ($1 == dataset) published[$2, $3] = $4
    next
}
{ accuracy[$1, $2, $3] = 100 * $4 }

# Accuracies of a method at a depth into value; their number.
function gather(method, depth, value,    seed) {
    for (seed = 1; seed <= seeds; seed++) value[seed] = accuracy[method, depth, seed]
    return seeds
}

# Their gains over another method at the same depth, seed by seed.
function gains(method, other, depth, value,    seed) {
    for (seed = 1; seed <= seeds; seed++) {
        value[seed] = accuracy[method, depth, seed] - accuracy[other, depth, seed]
    }
    return seeds
}

function cell(value, n) {
    return n > 1 ? sprintf("%.2f ± %.2f", mean(value, n), interval(value, n)) \
                 : sprintf("%.2f", value[1])
}

function reference(method, depth) {
    return (method, depth) in published ? published[method, depth] : "-"
}

function count(number, noun) {
    return number " " noun (number == 1 ? "" : "s")
}

# Accuracy against depth, a row a method.
function depth_table(    head, rule, m, d, line, value, n) {
    head = "| method |"
    rule = "|---|"
    for (d = 1; d <= depth_count; d++) {
        head = head " " count(depth[d], "layer") " | published |"
        rule = rule "---|---|"
    }
    print head "\n" rule
    for (m = 1; m <= method_count; m++) {
        line = "| " label[method[m]] " |"
        for (d = 1; d <= depth_count; d++) {
            n = gather(method[m], depth[d], value)
            line = line " " cell(value, n) " | " reference(method[m], depth[d]) " |"
        }
        print line
    }
}

function layer_row(name, stage, below,    value, n, gained) {
    n = gains(stage, below, deepest, value)
    gained = stage == below ? "" : cell(value, n) " "
    n = gather(stage, deepest, value)
    printf "| %s | %s | %s|\n", name, cell(value, n), gained
}

# What each layer of the deepest network adds, from the first on.
function layer_table(    k, below, value, n) {
    printf "\nThe network of %s when only its first learn and the others stay random:\n\n",
        count(deepest, "layer")
    print "| layers that learn | test accuracy (%) | gain over the row above, paired (points) |\n|---|---|---|"
    layer_row("none", "random", "random")
    below = "random"
    for (k = 1; k < deepest; k++) {
        layer_row("the first" (k > 1 ? " " k : ""), "first-" k, below)
        below = "first-" k
    }
    layer_row("all " deepest, "softhebb", below)
    n = gains("softhebb", "random", deepest, value)
    printf "| all over none | | %s |\n", cell(value, n)
}

# Blocks of depth, mean, interval and published accuracy, headed by the method's name.
function write_figure(    m, d, value, n) {
    for (m = 1; m <= method_count; m++) {
        printf "%s\"%s\"\n", (m > 1 ? "\n\n" : ""), label[method[m]] >figure
        for (d = 1; d <= depth_count; d++) {
            n = gather(method[m], depth[d], value)
            print depth[d], mean(value, n), interval(value, n), reference(method[m], depth[d]) >figure
        }
    }
}

END {
    label["random"] = "random"
    label["hard"] = "hard WTA"
    label["softhebb"] = "SoftHebb"
    label["backprop"] = "backprop"
    method_count = split(methods, method, " ")
    depth_count = split(depths, depth, " ")
    printf "%s, %s%s: test accuracy (%%), mean ± 95 %% interval\n\n", dataset, count(seeds, "seed"), options ? ", " options : ""
    depth_table()
    if (("random", deepest, 1) in accuracy && ("softhebb", deepest, 1) in accuracy) layer_table()
    write_figure()
}
