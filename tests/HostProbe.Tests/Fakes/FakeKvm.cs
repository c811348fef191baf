using System.Buffers.Binary;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Platform;

namespace TdxDash.HostProbe.Tests.Fakes;

/// <summary>A KVM with TDX whose every call can be made to fail.</summary>
internal sealed class FakeKvm : IKvm
{
    private const int Device = 10, Vm = 11;

    public int OpenResult { get; init; } = Device;

    public int ApiVersion { get; init; } = 12;

    public int VmTypes { get; init; } = 0x21;

    public int CreateResult { get; init; } = Vm;

    public int AskResult { get; init; }

    public ulong ModuleError { get; init; }

    public int Entries { get; init; } = 70;

    public List<int> Closed { get; } = [];

    public List<int> Rooms { get; } = [];

    public int Open(string path) => OpenResult;

    public int GetApiVersion(int device) => ApiVersion;

    public int CheckExtension(int device, int capability) => capability == 235 ? VmTypes : 0;

    public int CreateVm(int device, int type) => type == 5 && device == Device ? CreateResult : -22;

    public int GetTdxCapabilities(int vm, byte[] answer, out ulong moduleError)
    {
        moduleError = ModuleError;
        int room = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(KvmTdxCapabilities.CountOffset));
        Assert.Equal(KvmTdxCapabilities.SizeWith(room), answer.Length);
        Rooms.Add(room);
        if (AskResult < 0 || room < Entries)
        {
            return AskResult < 0 ? AskResult : -7;
        }

        answer[0] = 0x10;
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(KvmTdxCapabilities.CountOffset), Entries);
        return 0;
    }

    public void Close(int descriptor) => Closed.Add(descriptor);
}
