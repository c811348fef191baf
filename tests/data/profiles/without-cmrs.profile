tdxdash-profile 1
# Made up: a module without the fields of the CMRs, so that no platform with CMRs can load it.
name without-cmrs
field NUM_PKGS 1
end
