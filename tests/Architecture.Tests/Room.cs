using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using TdxDash.Testing;

namespace TdxDash.Architecture.Tests;

/// <summary>One project under src: its folder, its project file, and what the compiler made of it.</summary>
internal sealed record Room(string Name, string AssemblyName)
{
    private static readonly string Configuration = typeof(Room).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Configuration").Value!;

    public static Room Tdx { get; } = new("Tdx", "TdxDash.Tdx");

    public static Room Wire { get; } = new("Wire", "TdxDash.Wire");

    public static Room HostProbe { get; } = new("HostProbe", "tdxprobe");

    public static Room Web { get; } = new("Web", "TdxDash.Web");

    public static IReadOnlyList<Room> All { get; } = [Tdx, Wire, HostProbe, Web];

    public string Folder => Path.Combine(Repository.Root, "src", Name);

    public string AssemblyFile => Path.Combine(Folder, "bin", Configuration, "net10.0", AssemblyName + ".dll");

    private XDocument Project => XDocument.Load(Path.Combine(Folder, Name + ".csproj"));

    public IReadOnlyList<string> ProjectReferences() =>
        [.. Project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> PackageReferences() =>
        [.. Project.Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value)];

    public IReadOnlyList<string> AssemblyReferences() =>
        Read(reader => reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)));

    /// <summary>Every foreign type that the compiled code names, as namespace and name.</summary>
    public IReadOnlyList<string> TypeReferences() => Read(reader => reader.TypeReferences.Select(handle =>
    {
        TypeReference type = reader.GetTypeReference(handle);
        return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }));

    /// <summary>Every foreign member that the compiled code names, as type and member.</summary>
    public IReadOnlyList<string> MemberReferences() => Read(reader => reader.MemberReferences
        .Select(reader.GetMemberReference)
        .Where(member => member.Parent.Kind == HandleKind.TypeReference)
        .Select(member => $"{reader.GetString(reader.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{reader.GetString(member.Name)}"));

    /// <summary>How many native functions the compiled code declares.</summary>
    public int NativeImports()
    {
        using var file = new PEReader(File.OpenRead(AssemblyFile));
        return file.GetMetadataReader().GetTableRowCount(TableIndex.ImplMap);
    }

    private string[] Read(Func<MetadataReader, IEnumerable<string>> what)
    {
        using var file = new PEReader(File.OpenRead(AssemblyFile));
        return [.. what(file.GetMetadataReader())];
    }
}
