using System.Buffers.Binary;
using System.Text.Json;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>The emulated module against what the original module code answered.</summary>
public sealed class SysrdVectorTests(ITestOutputHelper output)
{
    [Fact]
    public void Seamcall_EveryVector_AnswersAsTheOriginal()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Oracle, []);
        var tally = new VectorTally("sysrd");
        tally.TryAll("sysrd", "op", vector =>
        {
            string expected = Expected(vector);
            string actual = vector.GetProperty("op").GetString() switch
            {
                "TDH.SYS.RD" => Rd(module, Number(vector, "field_id")),
                "TDH.SYS.RDALL" => RdAll(module, Number(vector, "field_id"), Number(vector, "list_pa")),
                string other => throw new FormatException($"A vector cannot be of the kind {other}."),
                null => throw new FormatException("A vector must be of a kind."),
            };
            return expected == actual ? null : $"expected {expected}, got {actual}";
        });

        tally.Conclude(output);
    }

    private static string Rd(NativeTransport module, ulong id)
    {
        var registers = new SeamcallRegisters { Rdx = id };
        module.Seamcall(34, ref registers, default);
        return $"{Hex.Plain(registers.Rax)} next {Hex.Plain(registers.Rdx)} value {Hex.Plain(registers.R8)}";
    }

    private static string RdAll(NativeTransport module, ulong start, ulong address)
    {
        byte[] page = new byte[4096];
        var registers = new SeamcallRegisters { Rdx = address, R8 = start };
        module.Seamcall(37, ref registers, page);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(page);
        return $"{Hex.Plain(registers.Rax)} next {Hex.Plain(registers.R8)} list {Convert.ToHexStringLower(page.AsSpan(0, size))}";
    }

    private static string Expected(JsonElement vector)
    {
        JsonElement expect = vector.GetProperty("expect");
        string head = $"{Hex.Plain(Number(expect, "status"))} next {Hex.Plain(Number(expect, "next"))}";
        return expect.TryGetProperty("list_hex", out JsonElement list)
            ? $"{head} list {list.GetString()}"
            : $"{head} value {Hex.Plain(Number(expect, "value"))}";
    }

    private static ulong Number(JsonElement element, string name) =>
        Hex.TryParse(element.GetProperty(name).GetString(), out ulong value)
            ? value
            : throw new FormatException($"{name} of {element} is not a number.");
}
