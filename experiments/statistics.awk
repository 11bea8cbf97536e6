# Statistics of value[1 .. n], for awk programs that put this text before their own.

# Two-sided 95 % quantiles of the t distribution, 1 to 30 degrees of freedom (R: qt(0.975, n)).
BEGIN {
    split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262 2.228 2.201 2.179 2.160 " \
          "2.145 2.131 2.120 2.110 2.101 2.093 2.086 2.080 2.074 2.069 2.064 2.060 2.056 " \
          "2.052 2.048 2.045 2.042", t95, " ")
}

function mean(value, n,    i, sum) {
    for (i = 1; i <= n; i++) sum += value[i]
    return sum / n
}

# Half of the 95 % interval of the mean; 0 for a single value, of which nothing is known.
function interval(value, n,    i, middle, square) {
    if (n < 2) return 0
    middle = mean(value, n)
    for (i = 1; i <= n; i++) square += (value[i] - middle) ^ 2
    return (n <= 31 ? t95[n - 1] : 1.96) * sqrt(square / (n - 1) / n)
}
