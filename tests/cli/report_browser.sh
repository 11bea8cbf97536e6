#!/usr/bin/env bash
# report_browser.sh PROGRAM [FOLDER]: a browser shows a page, wide and narrow, light and dark, without a word on its console
# and without asking the network for anything. The screenshots go to FOLDER.
folder=$(realpath -m "${2:-screenshots}")
. "$(dirname "$0")/common.sh"
for needed in chromium gnuplot; do
    command -v $needed >/dev/null || {
        echo "no $needed"
        exit 77
    }
done
mkdir -p "$folder"
export HOME=$work

# browse WIDTH HEIGHT SCHEME OPTION... URL: light is 1, dark 0; what the browser logs goes to the file log.
browse() {
    local width=$1 height=$2 scheme=$3
    shift 3
    timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
        --window-size="$width,$height" --blink-settings=preferredColorScheme="$scheme" --enable-logging=stderr \
        --host-resolver-rules='MAP * ~NOTFOUND' "$@" 2>log
}

expect 0 "$program" run tiny.yaml --quiet
expect 0 "$program" report tiny.h5

# The browser tells what a page asks for and says.
echo '<img src="http://example.test/x.png" alt=""><script>console.log("hello")</script>' >chatty.html
browse 400 400 1 --log-net-log=net.json --screenshot=chatty.png "file://$work/chatty.html"
grep -q 'CONSOLE.*hello' log || fail "the console is not heard: $(cat log)"
[ "$(python3 "$here/report.py" requests net.json)" = http://example.test/x.png ] || fail "requests are not seen"

# picture PAGE NAME: shows the page in every way; the pictures are NAME-WIDTH-SCHEME.png.
picture() {
    local page=$1 name=$2 scheme width picture asked
    for scheme in 0 1; do
        for width in 400 1280; do
            picture=$folder/$name-$width-$scheme.png
            rm -f "$picture"
            browse "$width" 4000 "$scheme" --log-net-log=net.json --screenshot="$picture" "file://$work/$page"
            [ -s "$picture" ] || fail "no picture: $(cat log)"
            if grep -q CONSOLE log; then
                fail "the console says $(grep CONSOLE log)"
            fi
            asked=$(python3 "$here/report.py" requests net.json)
            [ -z "$asked" ] || fail "the page asks for $asked"
        done
        if cmp -s "$folder/$name-400-$scheme.png" "$folder/$name-1280-$scheme.png"; then
            fail "the width does not matter"
        fi
    done
    if cmp -s "$folder/$name-1280-0.png" "$folder/$name-1280-1.png"; then
        fail "dark is light"
    fi
}
picture tiny.html report

# What the browser made of it: no figure is empty, none and no table makes the page wider than the window, colours are the
# page's, and the keyboard reaches what unfolds and what scrolls.
cat >look.html <<'HTML'
<iframe id="page" style="border: 0; height: 4000px"></iframe>
<pre id="seen"></pre>
<script>
const page = document.getElementById("page");
const [source, width] = location.hash.slice(1).split(",");
page.style.width = width + "px";
page.onload = () => {
  const inside = page.contentDocument, root = inside.documentElement;
  const drawn = [...inside.querySelectorAll("figure svg")].map(svg => svg.getBoundingClientRect());
  const lines = [...inside.querySelectorAll("figure svg path[stroke^='var(--c']")];
  document.getElementById("seen").textContent = JSON.stringify({
    figures: drawn.length,
    least: Math.min(...drawn.map(box => Math.min(box.width, box.height))),
    overflow: root.scrollWidth - root.clientWidth,
    lines: lines.length,
    cells: inside.querySelectorAll("figure svg [fill^='var(--h']").length,
    coloured: lines.filter(line => !["none", "rgb(0, 0, 0)"].includes(getComputedStyle(line).stroke)).length,
    focusable: inside.querySelectorAll("summary, a[href], [tabindex='0']").length,
    picture: inside.querySelector("img.weights")?.naturalWidth,
  });
};
page.src = source;
</script>
HTML
# look PAGE CONDITION: what is seen, at any width, is so.
look() {
    local page=$1 condition=$2 width
    for width in 400 1280; do
        browse 1400 5000 1 --allow-file-access-from-files --dump-dom "file://$work/look.html#$page,$width" >dom.html
        sed -n 's/.*<pre id="seen">\([^<]*\)<.*/\1/p' dom.html >seen.json
        CONDITION=$condition python3 - <<'PYTHON'
import json
import os

seen = json.load(open("seen.json"))
print(seen)
assert seen["least"] > 100 and seen["overflow"] <= 0, seen
assert seen["lines"] > 5 and seen["coloured"] == seen["lines"], seen
assert eval(os.environ["CONDITION"], {}, seen), seen
PYTHON
    done
}
look tiny.html 'figures >= 10 and focusable > 20 and picture > 10'

# The page of a sweep: the same, and its table sorts by keyboard.
for python in python3 /usr/bin/python3; do
    "$python" -c 'import h5py' 2>/dev/null || continue
    for kind in grid random; do
        "$python" "$here/report_sweep.py" $kind $kind
        expect 0 "$program" report $kind --out $kind.html
        picture $kind.html sweep-$kind
    done
    look grid.html 'figures == 7 and focusable > 30 and cells == 40'
    look random.html 'figures == 9'
    timeout 120 python3 "$here/report_sort.py" grid.html "$work/sorted" || fail "the table does not sort"
    break
done
