#!/bin/sh
# locality.sh OBJECT...: what learns is local, as the linker sees it. Schemes call nothing of the crossbar but what the
# hardware does at a column, and only those of the full rule read weights; device models call nothing above their floor; layers
# reach crossbars through synapses only. There is no call that reads an array transposed. Objects lie in folders named
# after their floor (devices, sim/.../schemes, models).
set -eu

# What a scheme may ask of a crossbar: pulses, its own random stream and room, and what everybody knows beforehand.
column='pulse reset refresh book scheme_stream workspace updates first step_up step_down input_range parameters model'
# And those that compute the full rule: a column as the converters see it.
reading='read_column read_steps'

bad=0
schemes=0 models=0 devices=0
for object in "$@"; do
    calls=$(nm --undefined-only --format=posix "$object" | awk '{ print $1 }' | grep '^xh_' || true)
    name=$(basename "$object" .c.o)
    case $object in
    */schemes/*)
        schemes=$((schemes + 1))
        allowed='^xh_(event|events|sums|rng|nearest_name|error_set)(_|$)'
        for call in $column; do allowed="$allowed|^xh_crossbar_$call\$"; done
        case $name in
        read_modify_write | mixed_precision)
            for call in $reading; do allowed="$allowed|^xh_crossbar_$call\$"; done
            ;;
        esac
        foreign=$(printf '%s\n' "$calls" | grep -Ev "$allowed" | grep . || true)
        ;;
    */xh_models.dir/*)
        models=$((models + 1))
        foreign=$(printf '%s\n' "$calls" | grep -E '^xh_(crossbar|probe|scheme)_' || true)
        ;;
    */xh_devices.dir/*)
        devices=$((devices + 1))
        foreign=$(printf '%s\n' "$calls" | grep -E '^xh_(crossbar|probe|scheme|synapses)_' || true)
        ;;
    *) continue ;;
    esac
    if [ -n "$foreign" ]; then
        echo "$object calls what is not local:" "$foreign"
        bad=1
    fi
done
if [ $schemes -lt 6 ] || [ $models -lt 10 ] || [ $devices -lt 10 ]; then
    echo "only $schemes schemes, $models objects of layers and $devices of devices were looked at"
    bad=1
fi
exit $bad
