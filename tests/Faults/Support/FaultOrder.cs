using TdxDash.EndToEnd;

[assembly: TestCollectionOrderer<TdxDash.Faults.Support.FaultOrder>]

namespace TdxDash.Faults.Support;

/// <summary>The order of the fault tests.</summary>
public sealed class FaultOrder() : LongestFirst(nameof(DiskTests), nameof(KillTests), nameof(MemoryTests), nameof(PowerLossTests), nameof(DamageTests), nameof(DeliveryTests));
