tdxdash-profile 1
# TDX module 1.5.16 on a two-socket Sierra Forest host with 512 GiB. The 70 fields are those of the latest 1.5 table;
# that 1.5.16 has them all is assumed.
#
# "Fact" marks a value from Intel's module source, its published version list, or a captured kernel log.
# "Assumed" marks a value that nobody recorded for this version: plausible, and not to be quoted.
name tdx-1.5.16-srf

# Fact: the private KeyIDs begin at 32, as the kernel logs of such machines say. Assumed: their place in the address.
max-pa 52
keyids 46 6 32

# Assumed: two packages. Fact: family and model of Sierra Forest, which the signature of 1.5.16 lists. Assumed: the stepping.
field NUM_PKGS 2
field PKG_FMS 0xa06f3*2 0*6

# Fact: the date of version 1.5.16.
# Assumed: the build number is not known, and 0 stands for it.
field VENDOR_ID 0x8086
field BUILD_DATE 20250219
field BUILD_NUM 0
field MINOR_VERSION 5
field MAJOR_VERSION 1
field UPDATE_VERSION 16
field INTERNAL_VERSION 0

# Fact: values of the 1.5.01 source. Assumed: the number of handoff pages.
field MODULE_HV 0
field MIN_UPDATE_HV 0
field NO_DOWNGRADE 0
field NUM_HANDOFF_PAGES 0
field HANDOFF_DATA_VALID 0
field HANDOFF_DATA_HV 0
field HANDOFF_DATA_SIZE 0

# Fact: features as Intel lists them for this version; some bits of that list are unproven.
field SYS_ATTRIBUTES 0
field NUM_TDX_FEATURES 1
field TDX_FEATURES0 0x226F3F0FBF

# Assumed: CMRs in the manner of the captured hosts.
field NUM_CMRS 32
field CMR_BASE 0x100000 0x100000000 0x4080000000 0*29
field CMR_SIZE 0x77700000 0x3f7a000000 0x3ffc000000 0*29

# Fact: the same in every version that was seen.
field MAX_TDMRS 64
field MAX_RESERVED_PER_TDMR 16
field PAMT_4K_ENTRY_SIZE 16
field PAMT_2M_ENTRY_SIZE 16
field PAMT_1G_ENTRY_SIZE 16
# Fact: one bit for each 4 KiB page. Assumed: no KeyID bits need to be reserved.
field PAMT_PAGE_BITMAP_ENTRY_BITS 1
field MIN_DYNAMIC_PAMT_NUM_HKID_BITS 0

# Fact for 1.5.01; assumed to be unchanged.
field TDR_BASE_SIZE 4096
field TDCS_BASE_SIZE 24576
field TDCS_SIZE_PER_L2_VM 4096
field TDVPS_BASE_SIZE 24576
field TDVPS_SIZE_PER_L2_VM 12288

# Fact for 1.5.05 (1.5.01 and bit 27); assumed to be unchanged.
field ATTRIBUTES_FIXED0 0x8000000078000001
field ATTRIBUTES_FIXED1 0
# Assumed: the components that the module supports, less AVX-512 and AMX, which this family lacks.
field XFAM_FIXED0 0xDB07
field XFAM_FIXED1 0x3

# Assumed: the 12 configurable CPUID leaves of 1.5.01, because the 18 of later modules are not recorded, with masks as
# a test harness of the 1.5.01 source gave them.
field NUM_CPUID_CONFIG 12
# Fact.
field CONFIG_FLAGS_FIXED0 0x7
field CONFIG_FLAGS_FIXED1 0
# Fact: the figure of the 1.5.05 source.
field MAX_VCPUS_PER_TD 576
# Assumed: the field came with MAXPA_VIRT, which this version lists; its value is not known, and 0 stands for it.
field MIN_VIRT_MAXPA 0
# Fact.
field MAX_EVENT_FILTERS 512
# Assumed, as above.
field CPUID_CONFIG_LEAVES 0xffffffff00000001 4 0x100000004 0x200000004 0x300000004 7 0x100000007 0xffffffff0000000a 0xffffffff0000001c 0xffffffff80000008 0x200000007 0x23 0xffffffffffffffff*20
field CPUID_CONFIG_VALUES 0xff00000fff3fff 0 0xfffff000ffffc3ff 0xfffffffbffffffff 0xfffff000ffffc3ff 0xfffffffbffffffff 0xfffff000ffffc3ff 0xfffffffbffffffff 0xfffff000ffffc3ff 0x7ffffffff 0*54
# Fact: bits 4, 19, 20 and 24.
field IA32_ARCH_CAPABILITIES_CONFIG_MASK 0x1180010
# Assumed: a TD may be given this machine's own family, model and stepping, as on the vectors' platform.
field NUM_ALLOWED_FMS 1
field NUM_DISALLOWED_FMS 0
field ALLOWED_FMS 0xa06f3 0*63
field DISALLOWED_FMS 0*64

# Fact for 1.5.01; assumed to be unchanged. Assumed: the migration attributes.
field MIG_ATTRIBUTES 0
field MIN_EXPORT_VERSION 0
field MAX_EXPORT_VERSION 0
field MIN_IMPORT_VERSION 0
field MAX_IMPORT_VERSION 0
field MAX_MIGS 512
field NUM_IMMUTABLE_STATE_PAGES 3
field NUM_TD_STATE_PAGES 2
field NUM_VP_STATE_PAGES 5
field MAX_SERV_TDS 1
field SERVTD_ATTR_FIXED0 0x000007FF00000001
field SERVTD_ATTR_FIXED1 0
field GUEST_L2_GPA_ATTR_MASK 0x807F
field VM_CTLS_FIXED0 1
field VM_CTLS_FIXED1 0
field VPCU_L2_CTLS_FIXED0 3
field VCPU_L2_CTLS_FIXED1 0
field VPCU_L2_DEBUG_CTLS_FIXED0 7
field VCPU_L2_DEBUG_CTLS_FIXED1 0
end
