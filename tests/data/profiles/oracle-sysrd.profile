tdxdash-profile 1
# The platform of the vectors in tests/data/vectors/sysrd.public.jsonl: TDH.SYS.RD and TDH.SYS.RDALL of the original
# module code (65 fields, the table of 1.5.01) on one fixed machine. Every value is what that code answered. Config
# masks are those of a test harness, not of real hardware.
name oracle-sysrd

# From the vectors' description: HKID bits 46 to 51, private HKIDs from 32 on.
max-pa 52
keyids 46 6 32
# Assumed: the SEAM range that the same harness used for its other vectors. No vector here touches it.
seamrr 0x7b000000 0x2000000

field NUM_PKGS 2
field PKG_FMS 0x806f8 0x806f8 0*6
field VENDOR_ID 0x8086
field BUILD_DATE 0x134d6e5
field BUILD_NUM 0
field MINOR_VERSION 5
field MAJOR_VERSION 1
field UPDATE_VERSION 0
field INTERNAL_VERSION 0
field MODULE_HV 0
field MIN_UPDATE_HV 0
field NO_DOWNGRADE 0
field NUM_HANDOFF_PAGES 0
field HANDOFF_DATA_VALID 0
field HANDOFF_DATA_HV 0
field HANDOFF_DATA_SIZE 0
field SYS_ATTRIBUTES 0
field NUM_TDX_FEATURES 1
field TDX_FEATURES0 0xf0ebf
field NUM_CMRS 0x20
field CMR_BASE 0x100000 0x4000100000 0x8000100000 0*29
field CMR_SIZE 0x3f00000000*3 0*29
field MAX_TDMRS 0x40
field MAX_RESERVED_PER_TDMR 0x10
field PAMT_4K_ENTRY_SIZE 0x10
field PAMT_2M_ENTRY_SIZE 0x10
field PAMT_1G_ENTRY_SIZE 0x10
field TDR_BASE_SIZE 0x1000
field TDCS_BASE_SIZE 0x6000
field TDCS_SIZE_PER_L2_VM 0x1000
field TDVPS_BASE_SIZE 0x6000
field TDVPS_SIZE_PER_L2_VM 0x3000
field ATTRIBUTES_FIXED0 0x80000000d0000001
field ATTRIBUTES_FIXED1 0
field XFAM_FIXED0 0
field XFAM_FIXED1 3
field NUM_CPUID_CONFIG 0xc
field CONFIG_FLAGS_FIXED0 0
field CONFIG_FLAGS_FIXED1 0
field CPUID_CONFIG_LEAVES 0xffffffff00000001 4 0x100000004 0x200000004 0x300000004 7 0x100000007 0xffffffff0000000a 0xffffffff0000001c 0xffffffff80000008 0x200000007 0x23 0xffffffffffffffff*20
field CPUID_CONFIG_VALUES 0xff00000fff3fff 0 0xfffff000ffffc3ff 0xfffffffbffffffff 0xfffff000ffffc3ff 0xfffffffbffffffff 0xfffff000ffffc3ff 0xfffffffbffffffff 0xfffff000ffffc3ff 0x7ffffffff 0*54
field IA32_ARCH_CAPABILITIES_CONFIG_MASK 0x1180010
field NUM_ALLOWED_FMS 1
field NUM_DISALLOWED_FMS 0
field ALLOWED_FMS 0x806f8 0*63
field DISALLOWED_FMS 0*64
field MIG_ATTRIBUTES 0
field MIN_EXPORT_VERSION 0
field MAX_EXPORT_VERSION 0
field MIN_IMPORT_VERSION 0
field MAX_IMPORT_VERSION 0
field MAX_MIGS 0x200
field NUM_IMMUTABLE_STATE_PAGES 3
field NUM_TD_STATE_PAGES 2
field NUM_VP_STATE_PAGES 5
field MAX_SERV_TDS 1
field SERVTD_ATTR_FIXED0 0x7ff00000001
field SERVTD_ATTR_FIXED1 0
field GUEST_L2_GPA_ATTR_MASK 0x807f
field VM_CTLS_FIXED0 1
field VM_CTLS_FIXED1 0
field VPCU_L2_CTLS_FIXED0 3
field VCPU_L2_CTLS_FIXED1 0
field VPCU_L2_DEBUG_CTLS_FIXED0 7
field VCPU_L2_DEBUG_CTLS_FIXED1 0
end
