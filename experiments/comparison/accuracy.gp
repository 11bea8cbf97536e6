# Draws test accuracy against depth, a line a method with 95 % intervals, and published numbers, where there are any, as
# open circles.
#
#   gnuplot -e "data='accuracy.dat'; figure='accuracy.svg'; methods=4; deepest=3; published=1" accuracy.gp
set terminal svg size 640,440 font 'sans-serif,13' background 'white'
set output figure
set datafile missing '-'
set xlabel 'hidden layers'
set ylabel 'test accuracy (%)'
set xtics 1
set xrange [0.8:deepest + 0.2]
set offsets 0, 0, 1, 1
set grid ytics lc rgb '#dddddd'
set border 3
set tics nomirror
set key outside right top
set linetype 1 lc rgb '#888888'
set linetype 2 lc rgb '#d55e00'
set linetype 3 lc rgb '#0072b2'
set linetype 4 lc rgb '#009e73'
plot for [m = 0:methods - 1] data index m using 1:2:3 with yerrorlines lt m + 1 lw 2 pt 7 ps 0.7 \
         title columnheader(1), \
     for [m = 0:published * methods - 1] data index m using 1:4 with points lt m + 1 pt 6 ps 1.1 notitle, \
     for [i = 1:published] NaN with points lc rgb 'black' pt 6 ps 1.1 title 'published'
