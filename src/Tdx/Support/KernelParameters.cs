namespace TdxDash.Tdx.Support;

/// <summary>The parameters of a kernel command line. Only those that matter to memory and TDX, and are known to hold no names, stay as they are.</summary>
internal static class KernelParameters
{
    private const string Mark = "[parameter]";

    // Documentation/admin-guide/kernel-parameters.txt.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "kvm_intel.tdx", "kvm-intel.tdx", "kvm_intel.nested", "kvm.mmu_audit", "tdx", "tdx_host", "nohibernate", "resume_offset", "noresume",
        "mem", "memmap", "kernelcore", "movablecore", "movable_node", "memory_hotplug.memmap_on_memory", "memory_hotplug.online_policy", "memhp_default_state", "crashkernel",
        "hugepages", "hugepagesz", "default_hugepagesz", "transparent_hugepage", "numa", "numa_balancing", "efi", "efi_fake_mem", "add_efi_memmap", "init_on_alloc", "init_on_free", "page_poison", "cma",
        "intel_iommu", "iommu", "iommu.passthrough", "mitigations", "nosmt", "smt", "maxcpus", "nr_cpus", "possible_cpus", "isolcpus", "nohz_full", "rcu_nocbs", "x2apic_phys", "nox2apic", "intel_pstate", "intel_idle.max_cstate",
        "lockdown", "module.sig_enforce", "debugfs", "printk.devkmsg", "log_buf_len", "loglevel", "ignore_loglevel", "earlyprintk", "console", "quiet", "splash", "nomodeset", "ro", "rw", "panic", "nokaslr", "split_lock_detect", "tme", "nosgx",
    };

    /// <summary>Replaces the value of every other parameter, and every other word.</summary>
    public static string Redact(string line, Action<RedactedKind> count) => string.Join(' ', line.Split(' ').Select(word => RedactWord(word, count)));

    private static string RedactWord(string word, Action<RedactedKind> count)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        if (word.Length == 0 || word == Mark || word.EndsWith("=" + Mark, StringComparison.Ordinal) || Harmless.Contains(name))
        {
            return word;
        }

        count(RedactedKind.Parameter);
        return equals > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-') ? $"{name}={Mark}" : Mark;
    }
}
