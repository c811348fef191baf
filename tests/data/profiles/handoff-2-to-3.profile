tdxdash-profile 1
# Made up: a module of 1.5 that takes up handoff data of versions 2 and 3 only.
name handoff-2-to-3
field MAJOR_VERSION 1
field MODULE_HV 3
field MIN_UPDATE_HV 2
field NO_DOWNGRADE 0
field CMR_BASE 0*32
field CMR_SIZE 0*32
end
